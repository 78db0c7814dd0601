import { Injectable } from '@nestjs/common';
import { Meters } from '@bridge/metrics';
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
import type { Tenants } from '../access/index.js';
import type { AcceptSpan } from '../tracing/index.js';
import { AdmissionGate } from './admission.gate.js';
import { marksOf } from './marks.js';
import { outcomeOf, outcomeOfState, type TakenRecord } from './outcome.js';
import { Quotas } from './quotas.js';

/** The records of a request, ready for the outbox. */
export interface Reading {
  readonly records: readonly NewRecord[];
  /** Whether the bridge has made the id of any of them: then the request cannot be one that is known. */
  readonly made: boolean;
  /** Whether they came as a list, also as one of a single record. */
  readonly many: boolean;
  /** Whose quotas they count for. */
  readonly tenants: Tenants;
  /** Of the POST, where it is traced. */
  readonly span: AcceptSpan | null;
}

/** How long a caller waits for Kafka. */
export interface Patience {
  readonly waitMs: number;
  /** From `performance.now()`. */
  readonly startedAt: number;
  /** Called when the records are stored and the body is not needed any more. */
  readonly releaseBody: () => void;
}

/** Where records become durable, whatever language they came in: all or none; then it is waited for Kafka. */
@Injectable()
export class Intake {
  constructor(
    private readonly configuration: Configuration,
    private readonly store: OutboxStore,
    private readonly settlements: Settlements,
    private readonly direct: DirectDelivery,
    private readonly gate: AdmissionGate,
    private readonly quotas: Quotas,
    private readonly shutdown: Shutdown,
    private readonly meters: Meters,
  ) {}

  /**
   * @returns what has become of each record, in their order.
   * @throws ProblemError, OutboxError: nothing is stored. Whatever is stored is told as taken.
   */
  async take(reading: Reading, patience: Patience): Promise<readonly TakenRecord[]> {
    if (!this.configuration.bridge.outbox.enabled) return [await this.deliver(reading)];
    const refused = this.gate.refusal() ?? this.quotas.refusal(reading.records, reading.tenants);
    const accepted =
      refused === null ? await this.accept(reading.records) : await this.knownOr(refused, reading);
    // Nothing may be awaited before these waits begin: the relay settles a record only after a later commit.
    const followed = accepted.map((one) => this.follow(one, patience));
    reading.span?.stored(accepted.length);
    patience.releaseBody();
    return Promise.all(followed);
  }

  private async accept(records: readonly NewRecord[]): Promise<readonly Acceptance[]> {
    const began = performance.now();
    const accepted = await this.store.accept(this.marked(records));
    this.meters.took('accept', performance.now() - began);
    return accepted;
  }

  /** With those whom they are about, where the bridge was given a key for that. */
  private marked(records: readonly NewRecord[]): readonly NewRecord[] {
    const [key] = this.configuration.bridge.outbox.subjectKeys ?? [];
    if (key === undefined) return records;
    return records.map((record) => ({ ...record, subjects: marksOf(record, key.key) }));
  }

  private async follow(acceptance: Acceptance, patience: Patience): Promise<TakenRecord> {
    return acceptance.outcome === 'duplicate'
      ? this.followDuplicate(acceptance.record, patience)
      : this.followAccepted(acceptance.record, patience);
  }

  private async followAccepted(
    { id, messageId, partition, timestamp }: OutboxRecord,
    patience: Patience,
  ): Promise<TakenRecord> {
    const began = performance.now();
    const settlement = await this.wait(id, patience);
    if (settlement?.status === 'sent') this.meters.took('confirm', performance.now() - began);
    const outcome = outcomeOf(settlement, partition);
    return { messageId, outcome, duplicate: false, acceptedAt: timestamp };
  }

  /** The same record again: it is told what has become of the first one, and waits with it. */
  private async followDuplicate(state: RecordState, patience: Patience): Promise<TakenRecord> {
    const { id, messageId, tenant, createdAt: acceptedAt } = state;
    const known = outcomeOfState(state);
    if (known.status !== 'pending') {
      return { messageId, outcome: known, duplicate: true, acceptedAt };
    }
    const waiting = this.wait(id, patience);
    // It may have been settled between the look and the wait, and nobody would tell.
    // The record is safe: a look that fails now must not make an error of it.
    const again = await this.store.find(messageId, { tenant }).catch(() => null);
    const now = again === null ? known : outcomeOfState(again);
    const outcome = now.status === 'pending' ? outcomeOf(await waiting, now.partition) : now;
    return { messageId, outcome, duplicate: true, acceptedAt };
  }

  /** The door is closed for new records, but who asks for records that are all safe already shall know it. */
  private async knownOr(
    refused: ProblemError,
    { records, made }: Reading,
  ): Promise<readonly Acceptance[]> {
    if (made) throw refused;
    const known: Acceptance[] = [];
    for (const record of records) {
      const { messageId, tenant, topic } = record;
      const state =
        (await this.store.find(messageId, { tenant })) ??
        (await this.store.find(messageId, { topic }));
      if (state === null) throw refused;
      refuseOther(record, state);
      known.push({ outcome: 'duplicate', record: state });
    }
    return known;
  }

  /** Without an outbox there is nothing that could take several records, or none. */
  private async deliver({ records, many, tenants }: Reading): Promise<TakenRecord> {
    const [record] = records;
    if (many || record === undefined) {
      throw new ProblemError('outbox_required', 'A list of records needs ENABLE_OUTBOX=true');
    }
    const refused = this.quotas.refusal(records, tenants, false);
    if (refused !== null) throw refused;
    const { partition, offset } = await this.direct.deliver(record);
    const { messageId } = record;
    const outcome = { status: 'sent', partition, offset } as const;
    return { messageId, outcome, duplicate: false, acceptedAt: Date.now() };
  }

  /** For what is left of the wait; at a shutdown, not at all. */
  private wait(id: number, { waitMs, startedAt }: Patience): Promise<Settlement | null> {
    const left = waitMs - (performance.now() - startedAt);
    if (left <= 0 || this.shutdown.begun) return Promise.resolve(null);
    return this.settlements.wait(id, left);
  }
}

function refuseOther({ messageId, requestHash }: NewRecord, known: RecordState): void {
  if (isSameRequest(known.requestHash, requestHash)) return;
  throw new ProblemError('message_id_reused', 'This message id was used for other content', {
    messageId,
  });
}
