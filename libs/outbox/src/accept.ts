import { encodeHeaders } from './headers.js';
import { laneOf } from './lane.js';
import { OutboxError } from './outbox.error.js';
import type { Acceptance } from './outbox.store.js';
import { nameOf, type NewRecord, type OutboxRecord, type RecordState } from './record.js';
import { SETTLED_STATE_COLUMNS, STATE_COLUMNS, stateOf } from './rows.js';
import { isSameRequest } from './same-request.js';
import type { PreparedRecord, Staged } from './staged.js';
import { IN_THE_CLEAR, type ValueCipher } from './values/value-cipher.js';
import type { Transaction } from './transaction.js';

export interface AcceptRequest {
  readonly records: readonly PreparedRecord[];
  readonly bytes: number;
}

export type AcceptOutcome =
  { readonly accepted: readonly Acceptance[] } | { readonly refused: OutboxError };

export function prepare(
  records: readonly NewRecord[],
  cipher: Pick<ValueCipher, 'seal'> = IN_THE_CLEAR,
): AcceptRequest {
  const prepared = records.map((record) => {
    const headers = encodeHeaders(record.headers);
    const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0) + headers.length;
    const stored = cipher.seal(record, record.value);
    return {
      record,
      headers,
      stored,
      bytes,
      lane: laneOf(record.topic, record.key, record.messageId),
    };
  });
  return { records: prepared, bytes: prepared.reduce((sum, { bytes }) => sum + bytes, 0) };
}

type Known = { readonly state: RecordState } | { readonly staged: Staged };

/**
 * The records that are there already, or about to be. A message id belongs to a tenant; where a topic has got another
 * tenant since, the same id in the same topic is the same record all the same, or a retry would make a second one.
 */
class KnownRecords {
  private readonly byName = new Map<string, Known>();
  private readonly byTopic = new Map<string, Known>();

  add(state: RecordState): void {
    this.byName.set(nameOf(state), { state });
    this.byTopic.set(`${state.topic} ${state.messageId}`, { state });
  }

  stage(known: { readonly staged: Staged }): void {
    this.byName.set(nameOf(known.staged.prepared.record), known);
  }

  of(record: Pick<NewRecord, 'messageId' | 'tenant' | 'topic'>): Known | undefined {
    return (
      this.byName.get(nameOf(record)) ?? this.byTopic.get(`${record.topic} ${record.messageId}`)
    );
  }
}

/** What is to be stored for the requests of a group. */
export interface AcceptPlan {
  readonly plans: readonly Plan[];
  readonly staged: readonly Staged[];
}

/**
 * Decides about all requests of a group: one statement looks for known message ids, whatever the number of
 * requests. A refused request stores nothing and leaves the others alone.
 */
export async function planAccepts(
  tx: Transaction,
  requests: readonly AcceptRequest[],
): Promise<AcceptPlan> {
  if (requests.length === 0) return { plans: [], staged: [] };
  return planBeside(tx, await lookUp(tx, requests), requests);
}

/** The same where nothing of them is known. */
export function planNew(tx: Transaction, requests: readonly AcceptRequest[]): AcceptPlan {
  return planBeside(tx, new KnownRecords(), requests);
}

function planBeside(
  tx: Transaction,
  known: KnownRecords,
  requests: readonly AcceptRequest[],
): AcceptPlan {
  const plans = requests.map((request) => plan(request, known));
  const staged = plans.flatMap((one) => ('added' in one ? one.added : []));
  countAdded(tx, staged);
  return { plans, staged };
}

/** What comes of a plan whose rows have their ids. `onAdded` hears of them after the commit, in the order of their ids. */
export function outcomesOf(
  tx: Transaction,
  { plans, staged }: AcceptPlan,
  onAdded: (records: readonly OutboxRecord[]) => void,
): readonly AcceptOutcome[] {
  const added = new Map(staged.map((one) => [one, newRecord(one, tx.now)]));
  tx.news.noteAccepted(staged.map(({ id }) => id));
  if (staged.length > 0) {
    tx.afterCommit(() => onAdded([...added.values()].toSorted((a, b) => a.id - b.id)));
  }
  return plans.map((one) =>
    'refused' in one ? one : { accepted: one.hits.map((hit) => acceptance(hit, added, tx.now)) },
  );
}

async function lookUp(tx: Transaction, requests: readonly AcceptRequest[]): Promise<KnownRecords> {
  const ids = requests.flatMap(({ records }) => records.map(({ record }) => record.messageId));
  const parameter = [JSON.stringify(ids)];
  const isKnown = `message_id ${tx.dialect.among('$1', 'text')}`;
  const rows = await tx.query(
    `SELECT ${SETTLED_STATE_COLUMNS}, 1 AS purged FROM settled_id WHERE ${isKnown} UNION ALL` +
      ` SELECT ${STATE_COLUMNS}, 0 AS purged FROM record WHERE ${isKnown}`,
    parameter,
  );
  const known = new KnownRecords();
  // A record that is there goes before what is left of an earlier one.
  for (const purged of [1, 0]) {
    for (const row of rows) if (row['purged'] === purged) known.add(stateOf(row, purged === 1));
  }
  return known;
}

type Hit = Known & { readonly isNew: boolean };
type Plan =
  | { readonly hits: readonly Hit[]; readonly added: readonly Staged[] }
  | { readonly refused: OutboxError };

/** Decides about one request; what it adds is known to the requests after it, unless it is refused. */
function plan(request: AcceptRequest, known: KnownRecords): Plan {
  const own = new Map<string, { readonly staged: Staged }>();
  const hits: Hit[] = [];
  for (const prepared of request.records) {
    const { messageId, requestHash } = prepared.record;
    const name = nameOf(prepared.record);
    const met = known.of(prepared.record) ?? own.get(name);
    if (met !== undefined && !isSameRequest(hashOf(met), requestHash)) {
      return { refused: reused(messageId) };
    }
    const hit = met ?? { staged: { prepared, id: 0 } };
    if (met === undefined && 'staged' in hit) own.set(name, hit);
    hits.push({ ...hit, isNew: met === undefined });
  }
  for (const one of own.values()) known.stage(one);
  return { hits, added: [...own.values()].map(({ staged }) => staged) };
}

function hashOf(known: Known): Buffer {
  return 'state' in known ? known.state.requestHash : known.staged.prepared.record.requestHash;
}

function reused(messageId: string): OutboxError {
  return new OutboxError(
    'message_id_reused',
    'This message id was already accepted with other content.',
    { messageId },
  );
}

function countAdded(tx: Transaction, staged: readonly Staged[]): void {
  tx.count('received', staged.length);
  tx.countRows('pending', staged.length);
  tx.count(
    'open_bytes',
    staged.reduce((sum, { prepared }) => sum + prepared.bytes, 0),
  );
}

function newRecord({ id, prepared }: Staged, now: number): OutboxRecord {
  const { record, lane } = prepared;
  return {
    id,
    messageId: record.messageId,
    tenant: record.tenant,
    topic: record.topic,
    key: record.key,
    value: record.value,
    headers: record.headers,
    timestamp: record.timestamp ?? now,
    delivery: record.delivery,
    lane,
    requestedPartition: record.requestedPartition,
    partition: record.partition,
    status: 'pending',
    attempts: 0,
    lastErrorCode: null,
    replays: 0,
    transaction: record.transaction,
  };
}

function acceptance(hit: Hit, added: ReadonlyMap<Staged, OutboxRecord>, now: number): Acceptance {
  if ('state' in hit) return { outcome: 'duplicate', record: hit.state };
  const record = added.get(hit.staged);
  if (record === undefined) throw new Error('A staged record was not inserted.');
  if (hit.isNew) return { outcome: 'accepted', record };
  return { outcome: 'duplicate', record: newState(record, hit.staged.prepared.record, now) };
}

function newState(record: OutboxRecord, { requestHash }: NewRecord, now: number): RecordState {
  return {
    id: record.id,
    messageId: record.messageId,
    tenant: record.tenant,
    requestHash,
    topic: record.topic,
    key: record.key,
    status: 'pending',
    delivery: record.delivery,
    retryCount: 0,
    lastError: null,
    lastErrorCode: null,
    createdAt: now,
    sentAt: null,
    partition: record.partition,
    offset: null,
    replays: 0,
    purged: false,
  };
}
