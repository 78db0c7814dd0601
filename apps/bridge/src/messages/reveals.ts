import { Injectable, Logger } from '@nestjs/common';
import { OutboxStore, type RecordState } from '@bridge/outbox';
import type { Caller } from '../access/index.js';
import { ProblemError } from '../problem/index.js';

/** A refusal is written down once so often for each caller: whoever may only look must not be able to fill the audit. */
const DENIED_EVERY_MS = 60_000;

/** Who is shown what is personal in a record, and that it is written down before. */
@Injectable()
export class Reveals {
  private readonly logger = new Logger(Reveals.name);
  private readonly deniedAt = new Map<string, number>();

  constructor(private readonly store: OutboxStore) {}

  /**
   * @param reason in the caller's words; undefined: he does not ask for it.
   * @returns whether it may be shown.
   * @throws ProblemError `reveal_denied`; OutboxError when it cannot be written down.
   */
  async check(
    { name, roles }: Caller,
    reason: string | undefined,
    { messageId, topic, tenant }: Pick<RecordState, 'messageId' | 'topic' | 'tenant'>,
  ): Promise<boolean> {
    if (reason === undefined) return false;
    const entry = { actor: name, messageId, topic, tenant, reason };
    if (roles.has('reveal')) {
      await this.store.note([{ ...entry, action: 'reveal' }]);
      return true;
    }
    this.logger.warn('A key without the right has asked to reveal a record', { messageId, name });
    if (Date.now() - (this.deniedAt.get(name) ?? 0) > DENIED_EVERY_MS) {
      this.deniedAt.set(name, Date.now());
      await this.store.note([{ ...entry, action: 'reveal_denied' }]);
    }
    throw new ProblemError('reveal_denied', 'This key is not allowed to reveal what is personal');
  }
}
