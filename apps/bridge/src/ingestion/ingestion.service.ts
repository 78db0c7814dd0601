import { Injectable } from '@nestjs/common';
import {
  isSameRequest,
  OutboxStore,
  type Acceptance,
  type NewRecord,
  type OutboxRecord,
  type RecordState,
} from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { Shutdown } from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import { DirectDelivery, Settlements, type Settlement } from '../relay/index.js';
import { AdmissionGate } from './admission.gate.js';
import { answerOf, outcomeOf, outcomeOfState, type Answer, type AnsweredRecord } from './answer.js';
import { RecordReader, type Reading } from './record-reader.js';
import type { Submission } from './submission.js';

/** Takes one POST from its bytes to its answer: read, accept, wait. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly configuration: Configuration,
    private readonly reader: RecordReader,
    private readonly store: OutboxStore,
    private readonly settlements: Settlements,
    private readonly direct: DirectDelivery,
    private readonly gate: AdmissionGate,
    private readonly shutdown: Shutdown,
  ) {}

  /** @throws ProblemError, OutboxError: nothing is stored. Whatever is stored is answered with a success. */
  async post(submission: Submission): Promise<Answer> {
    const reading = await this.reader.read(submission);
    if (!this.configuration.bridge.outbox.enabled) return this.deliver(reading, submission);
    const refused = this.gate.refusal();
    const accepted =
      refused === null
        ? await this.store.accept(reading.records)
        : await this.knownOr(refused, reading);
    // Nothing may be awaited before these waits begin: the relay settles a record only after a later commit.
    const followed = accepted.map((one) => this.follow(one, submission));
    submission.releaseBody();
    return this.answer(await Promise.all(followed), reading, submission);
  }

  private async follow(acceptance: Acceptance, submission: Submission): Promise<AnsweredRecord> {
    return acceptance.outcome === 'duplicate'
      ? this.followDuplicate(acceptance.record, submission)
      : this.followAccepted(acceptance.record, submission);
  }

  private async followAccepted(
    { id, messageId, partition }: OutboxRecord,
    submission: Submission,
  ): Promise<AnsweredRecord> {
    const settlement = await this.wait(id, submission);
    return { messageId, outcome: outcomeOf(settlement, partition), duplicate: false };
  }

  /** The same record again: it is told what has become of the first one, and waits with it. */
  private async followDuplicate(
    state: RecordState,
    submission: Submission,
  ): Promise<AnsweredRecord> {
    const { id, messageId } = state;
    const known = outcomeOfState(state);
    if (known.status !== 'pending') return { messageId, outcome: known, duplicate: true };
    const waiting = this.wait(id, submission);
    // It may have been settled between the look and the wait, and nobody would tell.
    // The record is safe: a look that fails now must not make an error of it.
    const again = await this.store.find(messageId).catch(() => null);
    const now = again === null ? known : outcomeOfState(again);
    const outcome = now.status === 'pending' ? outcomeOf(await waiting, now.partition) : now;
    return { messageId, outcome, duplicate: true };
  }

  /** The door is closed for new records, but who asks for records that are all safe already shall know it. */
  private async knownOr(
    refused: ProblemError,
    { records, made }: Reading,
  ): Promise<readonly Acceptance[]> {
    if (made) throw refused;
    const known: Acceptance[] = [];
    for (const record of records) {
      const state = await this.store.find(record.messageId);
      if (state === null) throw refused;
      refuseOther(record, state);
      known.push({ outcome: 'duplicate', record: state });
    }
    return known;
  }

  /** Without an outbox there is nothing that could take several records, or none. */
  private async deliver({ records, many }: Reading, submission: Submission): Promise<Answer> {
    const [record] = records;
    if (many || record === undefined) {
      throw new ProblemError('outbox_required', 'A list of records needs ENABLE_OUTBOX=true');
    }
    const { partition, offset } = await this.direct.deliver(record);
    const sent: AnsweredRecord = {
      messageId: record.messageId,
      outcome: { status: 'sent', partition, offset },
      duplicate: false,
    };
    return this.answer([sent], { many }, submission);
  }

  /** For what is left of the wait; at a shutdown, not at all. */
  private wait(id: number, { preference, startedAt }: Submission): Promise<Settlement | null> {
    const left = preference.waitMs - (performance.now() - startedAt);
    if (left <= 0 || this.shutdown.begun) return Promise.resolve(null);
    return this.settlements.wait(id, left);
  }

  private answer(
    records: readonly AnsweredRecord[],
    { many }: Pick<Reading, 'many'>,
    { preference, startedAt }: Submission,
  ): Answer {
    const durationMs = performance.now() - startedAt;
    return answerOf({ records, many, preference, durationMs });
  }
}

function refuseOther({ messageId, requestHash }: NewRecord, known: RecordState): void {
  if (isSameRequest(known.requestHash, requestHash)) return;
  throw new ProblemError('message_id_reused', 'This message id was used for other content', {
    messageId,
  });
}
