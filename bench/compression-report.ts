import { figuresOf, merge, type Measurement } from './measurement.js';
import { ratio } from './report.js';

/** One way to compress, of values of one size. */
export interface Packed {
  readonly compression: string;
  readonly rounds: readonly Measurement[];
  /** Of the bridge's process in all rounds, all of its threads. */
  readonly cpuMs: number;
  readonly records: number;
  /** In the log of one replica, all that was sent in this way, warm-up included. */
  readonly logBytes: number;
  readonly logRecords: number;
}

const HEAD = ['', 'bytes a record', 'of none', 'CPU ms for 1,000 records', 'records/s', 'of none'];

/** As Markdown, each beside the first one. */
export function packedTable(title: string, ways: readonly Packed[]): string {
  const [base] = ways;
  const rows = ways.map((way) => {
    const bytes = bytesOf(way);
    const isBase = base === undefined || way === base;
    const cells = [
      [way.compression, ...unexpectedOf(way)].join('; '),
      Math.round(bytes).toLocaleString('en-GB'),
      isBase ? '' : `${((100 * bytes) / bytesOf(base)).toFixed(0)} %`,
      ((1_000 * way.cpuMs) / way.records).toFixed(0),
      Math.round(figuresOf(merge(way.rounds)).perSecond).toLocaleString('en-GB'),
      isBase ? '' : ratio(way.rounds, base.rounds),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = `| ${[title, ...HEAD.slice(1)].join(' | ')} |`;
  return [head, '| --- | --: | --: | --: | --: | --- |', ...rows].join('\n');
}

const bytesOf = ({ logBytes, logRecords }: Packed): number => logBytes / logRecords;

function unexpectedOf({ rounds }: Packed): string[] {
  return Object.entries(merge(rounds).unexpected).map(([what, count]) => `${count} ${what}`);
}

interface LogDirs {
  readonly brokers: readonly {
    readonly logDirs: readonly {
      readonly partitions: readonly { readonly partition: string; readonly size: number }[];
    }[];
  }[];
}

/**
 * Bytes of each topic's log, of one replica, by what Kafka's `kafka-log-dirs` prints: replicas that are behind are
 * smaller, so the largest of a partition counts.
 * @throws Error when there is no description in it.
 */
export function logBytesOf(printed: string): ReadonlyMap<string, number> {
  const line = printed.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error('The log directories are not described.');
  const largest = new Map<string, number>();
  for (const { logDirs } of (JSON.parse(line) as LogDirs).brokers) {
    for (const { partition, size } of logDirs.flatMap(({ partitions }) => partitions)) {
      largest.set(partition, Math.max(size, largest.get(partition) ?? 0));
    }
  }
  const byTopic = new Map<string, number>();
  for (const [partition, size] of largest) {
    const topic = partition.slice(0, partition.lastIndexOf('-'));
    byTopic.set(topic, (byTopic.get(topic) ?? 0) + size);
  }
  return byTopic;
}
