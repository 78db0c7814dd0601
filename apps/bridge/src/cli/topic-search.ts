import { KafkaError, type ScannedPiece, type ScannedRecord, type TopicScan } from '@bridge/kafka';
import { nameOf, type Anchor, type KnownRecord, type Reconciliation } from '@bridge/outbox';
import { messageIdOf, tenantOf } from './findings.js';
import { count, type Progress } from './report.js';

/** What was read of one topic. */
export interface Searched {
  readonly topic: string;
  /** False where the cluster does not have it: then nothing of it is there. */
  readonly exists: boolean;
  readonly records: number;
  /** The oldest offset that each partition still has. */
  readonly logStarts: ReadonlyMap<number, bigint>;
}

export type Meet = (record: ScannedRecord, known: KnownRecord | undefined) => void;

/** Ids asked for in one statement. */
const LOOK_IDS = 1_000;
const PROGRESS_MS = 5_000;

interface Reading {
  readonly logStarts: Map<number, bigint>;
  readonly ends: Map<number, bigint>;
  /** Anchors whose record has not been met yet. */
  readonly expected: Map<number, Anchor>;
  /** Partitions that are not the ones that the outbox knew. */
  readonly strange: Set<number>;
  records: number;
  toldAt: number;
}

/**
 * Reads a topic from the records that the outbox knows to be sent, and holds each record against the outbox.
 * Where the known record does not stand at its offset the topic was made anew, and its partition is read from
 * the beginning.
 */
export async function searchTopic(
  ports: { readonly scan: TopicScan; readonly outbox: Reconciliation; readonly progress: Progress },
  topic: string,
  anchors: readonly Anchor[],
  meet: Meet,
): Promise<Searched> {
  const reading: Reading = {
    logStarts: new Map(),
    ends: new Map(),
    expected: new Map(anchors.map((anchor) => [anchor.partition, anchor])),
    strange: new Set(),
    records: 0,
    toldAt: Date.now(),
  };
  const pass = async (from: ReadonlyMap<number, bigint>): Promise<void> => {
    for await (const piece of ports.scan.scan(topic, from)) {
      compareAnchor(reading, piece);
      await meetAll(ports.outbox, piece.records, meet);
      reading.records += piece.records.length;
      tell(ports.progress, topic, reading);
    }
  };
  try {
    await pass(new Map(anchors.map(({ partition, offset }) => [partition, offset])));
    for (const partition of reading.expected.keys()) reading.strange.add(partition);
    if (reading.strange.size > 0) await pass(allButStrange(reading));
  } catch (error) {
    if (!(error instanceof KafkaError) || error.code !== 'unknown_topic') throw error;
    return { topic, exists: false, records: 0, logStarts: new Map() };
  }
  const { records, logStarts } = reading;
  return { topic, exists: true, records, logStarts };
}

/** The first record of a partition must be the one that the outbox knows to be there. */
function compareAnchor(reading: Reading, piece: ScannedPiece): void {
  const { partition, logStart, end, records } = piece;
  reading.logStarts.set(partition, logStart);
  reading.ends.set(partition, end);
  const anchor = reading.expected.get(partition);
  if (anchor === undefined) return;
  // Retention has removed it and everything before it.
  if (logStart > anchor.offset) reading.expected.delete(partition);
  const [first] = records;
  if (first === undefined) return;
  reading.expected.delete(partition);
  const isTheSame = first.offset === anchor.offset && messageIdOf(first) === anchor.messageId;
  if (!isTheSame && logStart <= anchor.offset) reading.strange.add(partition);
}

/** Where a second pass begins: at its end, except for the partitions that are to be read anew. */
function allButStrange({ ends, strange, expected }: Reading): ReadonlyMap<number, bigint> {
  expected.clear();
  return new Map([...ends].filter(([partition]) => !strange.has(partition)));
}

async function meetAll(
  outbox: Reconciliation,
  records: readonly ScannedRecord[],
  meet: Meet,
): Promise<void> {
  for (let at = 0; at < records.length; at += LOOK_IDS) {
    const slice = records.slice(at, at + LOOK_IDS);
    const ids = slice.map(messageIdOf).filter((id) => id !== null);
    const known = new Map((await outbox.look(ids)).map((one) => [nameOf(one), one]));
    for (const record of slice) {
      const name = nameOf({ messageId: messageIdOf(record) ?? '', tenant: tenantOf(record) });
      meet(record, known.get(name));
    }
  }
}

function tell(progress: Progress, topic: string, reading: Reading): void {
  if (Date.now() - reading.toldAt < PROGRESS_MS) return;
  reading.toldAt = Date.now();
  progress(`${topic}: ${count(reading.records, 'record')} read`);
}
