import type { RecordState } from '@bridge/outbox';
import { LEDGER_TOPIC } from '../../apps/bridge/src/config/bridge.config.js';
import { identify } from '../../apps/bridge/src/relay/pipeline-identity.js';
import type { LogRecord } from './kafka-model/partition-log.js';
import { valueOf } from './world/incarnation.js';
import { DEAD_LETTER_TOPIC, type PlannedPost } from './world/plan.js';
import type { World } from './world/world.js';

const REASONS: ReadonlySet<string> = new Set([
  'message_too_large',
  'invalid_partition',
  'unknown_topic',
  'topic_not_authorized',
]);

interface Copy {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly log: LogRecord;
}

/** What a read_committed consumer of every topic finds, by message id. */
function consume(world: World): Map<string, Copy[]> {
  const found = new Map<string, Copy[]>();
  for (const { name, partitions } of world.kafka.cluster.topics.values()) {
    partitions.forEach(({ log }, partition) => {
      for (const record of log.committed()) {
        const id = headerOf(record, 'message-id');
        const copies = found.get(id) ?? [];
        copies.push({ topic: name, partition, offset: record.offset, log: record });
        found.set(id, copies);
      }
    });
  }
  return found;
}

function headerOf({ record }: LogRecord, wanted: string): string {
  return record.headers.find(({ name }) => name === wanted)?.value.toString() ?? '';
}

/** Every way in which the end of a run differs from what was promised. Empty is right. */
export function judgeRun(world: World): string[] {
  const found = consume(world);
  const posts = world.plan.clients.flatMap((client) => client.posts);
  const known = new Set(posts.map(({ messageId }) => messageId));
  return [
    ...[...found.keys()].filter((id) => !known.has(id)).map((id) => `phantom: ${id}`),
    ...posts.flatMap((post) => judgeRecord(world, post, found.get(post.messageId) ?? [])),
    ...judgeOrder(world, found),
    ...judgeTransactions(world),
    ...judgeBooks(world),
    ...judgeAnswers(world, found),
  ];
}

function judgeRecord(world: World, post: PlannedPost, copies: readonly Copy[]): string[] {
  const { messageId, topic } = post;
  const state = world.tables.find(messageId);
  if (state === null) return [`never accepted: ${messageId}`];
  const own = copies.filter((copy) => copy.topic === topic);
  const dead = copies.filter((copy) => copy.topic === DEAD_LETTER_TOPIC);
  const faults = [
    ...copiesWrong(state, own.length),
    ...lettersWrong(world, state, dead.length),
    ...own.flatMap((copy) => otherBytes(post, copy, false)),
    ...dead.flatMap((copy) => otherBytes(post, copy, true)),
    ...buriedWrongly(state),
  ];
  const demanded = post.requestedPartition;
  if (demanded !== null && own.some(({ partition }) => partition !== demanded)) {
    faults.push('not in the demanded partition');
  }
  if (own.length + dead.length < copies.length) faults.push('in another topic');
  const isThere = own.some(({ partition, offset }) => {
    return partition === state.partition && String(offset) === state.offset;
  });
  if (state.status === 'sent' && own.length > 0 && !isThere) faults.push('not at its place');
  return faults.map((fault) => `${fault}: ${messageId} (${state.status}, ${topic})`);
}

function copiesWrong({ status, delivery, purged }: RecordState, count: number): string[] {
  if (status === 'pending' || status === 'failed') return ['not settled'];
  if (status === 'sent') {
    if (count === 0) return ['lost'];
    return count > 1 && delivery === 'exactly-once' ? [`${count} times`] : [];
  }
  if (delivery === 'at-least-once') return [];
  return count === 0 ? [] : [purged ? 'discarded and sent' : 'dead and sent'];
}

/** Each burial publishes one dead letter, unless the record was replayed or discarded before. */
function lettersWrong(
  world: World,
  { status, replays, purged }: RecordState,
  count: number,
): string[] {
  const burials = status === 'dlq' ? replays + 1 : replays;
  const needed = status === 'dlq' && !purged ? 1 : 0;
  if (count < needed) return ['not in the dead letter topic'];
  const mayRepeat = world.plan.delivery.mode === 'at-least-once';
  return count > burials && !mayRepeat ? [`${count} dead letters of ${burials}`] : [];
}

/** Only what Kafka says of a record or of its topic makes a dead letter, never the cluster's own trouble. */
function buriedWrongly({ status, lastErrorCode }: RecordState): string[] {
  if (status !== 'dlq' || REASONS.has(lastErrorCode ?? '')) return [];
  return [`buried for ${lastErrorCode ?? 'nothing'}`];
}

function otherBytes(post: PlannedPost, { log }: Copy, isLetter: boolean): string[] {
  const { key, value } = log.record;
  const sameKey = post.key === null ? key === null : key?.toString() === post.key;
  const omitted = isLetter && headerOf(log, 'bridge-value-omitted') !== '';
  const sameValue = omitted ? value?.length === 0 : value?.equals(valueOf(post)) === true;
  return sameKey && sameValue ? [] : ['other bytes'];
}

/** Of each key the first copies stand in one partition in the order of acceptance. */
function judgeOrder(world: World, found: ReadonlyMap<string, readonly Copy[]>): string[] {
  const last = new Map<string, Copy>();
  const faults: string[] = [];
  for (const { messageId, topic, key, status, replays, requestedPartition } of world.tables.all()) {
    if (key === null || status !== 'sent' || replays > 0 || requestedPartition !== null) continue;
    const copy = found.get(messageId)?.find((one) => one.topic === topic);
    if (copy === undefined) continue;
    const name = `${topic} ${key.toString()}`;
    const before = last.get(name);
    last.set(name, copy);
    if (before === undefined) continue;
    if (before.partition !== copy.partition) faults.push(`key in two partitions: ${messageId}`);
    else if (before.offset > copy.offset) faults.push(`out of order: ${messageId}`);
  }
  return faults;
}

/** The records of a transaction are all in one batch, or none is anywhere. */
function judgeTransactions(world: World): string[] {
  const ends = new Map<string, Set<string>>();
  for (const { transaction, messageId } of world.plan.clients.flatMap(({ posts }) => posts)) {
    if (transaction === null) continue;
    const row = world.tables.all().find((one) => one.messageId === messageId);
    const end = row === undefined ? 'discarded' : (row.batch ?? row.status);
    ends.set(transaction, (ends.get(transaction) ?? new Set()).add(end));
  }
  const apart = [...ends].filter(([, found]) => found.size > 1);
  return apart.map(([name, found]) => `a transaction in pieces: ${name} (${[...found].join()})`);
}

function judgeBooks(world: World): string[] {
  const faults: string[] = [];
  const { outboxId, pipelines } = world.tables;
  for (const { name, committedNumber, openBatch } of pipelines.all()) {
    if (openBatch !== null) faults.push(`open batch: ${name}`);
    const { group, partition } = identify(outboxId, name).slot;
    const entry = world.kafka.groupOf(group).read({ topic: LEDGER_TOPIC, partition });
    const number = Number(entry?.offset ?? 0);
    if (number !== committedNumber) {
      faults.push(`ledger of ${name} holds ${number}, the database ${committedNumber}`);
    }
  }
  for (const { name, partitions } of world.kafka.cluster.topics.values()) {
    const held = partitions.some(({ log }) => log.stableEnd !== log.end);
    if (held) faults.push(`consumers are held up: ${name}`);
  }
  return faults;
}

/** Whoever was told that a record was sent finds it there. */
function judgeAnswers(world: World, found: ReadonlyMap<string, readonly Copy[]>): string[] {
  const names = new Map(world.tables.all().map(({ id, messageId }) => [id, messageId]));
  return world.told.flatMap(({ id, settlement }) => {
    const messageId = names.get(id);
    if (messageId === undefined || settlement.status !== 'sent') return [];
    const { partition, offset } = settlement;
    const isThere = found.get(messageId)?.some((copy) => {
      return copy.partition === partition && String(copy.offset) === offset;
    });
    return isThere === true ? [] : [`a caller was told a place at which it is not: ${messageId}`];
  });
}
