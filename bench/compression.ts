import { join } from 'node:path';
import { runJavaTool } from '../dev/kafka/java-tool.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { logBytesOf, packedTable, type Packed } from './compression-report.js';
import type { Context, Report } from './context.js';
import type { Measurement } from './measurement.js';
import { LIST_CLIENTS } from './plan.js';
import { delivering } from './posting.js';
import { cpuMs } from './process-use.js';
import { sideBySide } from './side-by-side.js';
import type { Stack } from './stack.js';

const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd', 'auto'];
/** A list is to fit a POST of 1 MiB. */
const SIZES = [
  { valueBytes: 700, list: 100 },
  { valueBytes: 10_000, list: 50 },
];
/** Records of 700 bytes in a round; a tenth of them first, to warm up. */
const FULL = { rounds: 3, records: 16_000 };
const QUICK: typeof FULL = { rounds: 1, records: 1_600 };
const LARGE = 5_000;
const WARM_UP = 0.1;

type Size = (typeof SIZES)[number];
type Measured = Omit<Packed, 'logBytes' | 'rounds'> & { readonly topic: string };

/** What each compression wins in the topics' logs and costs the bridge, exactly once, lists of invoices. */
export async function measureCompression({ stack, quick, say }: Context): Promise<Report> {
  const { rounds, records } = quick ? QUICK : FULL;
  const bridges = await startAll(stack);
  const works = SIZES.map((size) => workOf(stack, bridges, size, records));
  for (const { ways } of works) for (const { warmUp } of ways) await warmUp();
  const found = await sideBySide(works, rounds, say);
  const logs = await logsOf(
    stack,
    works.flatMap(({ ways }) => ways.map(({ measured }) => measured().topic)),
  );
  await Promise.all([...bridges.values()].map((bridge) => bridge.terminate()));
  const tables = works.map(({ title, ways }, work) =>
    packedTable(
      title,
      ways.map(({ measured }, way): Packed => {
        const one = measured();
        const logBytes = logs.get(one.topic) ?? Number.NaN;
        return { ...one, logBytes, rounds: found[work]?.ways[way]?.rounds ?? [] };
      }),
    ),
  );
  return { text: tables.join('\n\n') };
}

async function startAll(stack: Stack): Promise<ReadonlyMap<string, BridgeProcess>> {
  const bridges = new Map<string, BridgeProcess>();
  for (const compression of COMPRESSIONS) {
    const bridge = await stack.startBridge('exactly-once', {
      COMPRESSION: compression,
      KAFKA_CLIENT_ID: `bench-${compression}`,
      OUTBOX_URL: `sqlite:${join(stack.folder, compression, 'outbox.db')}`,
    });
    bridges.set(compression, bridge);
  }
  return bridges;
}

interface PackedWay {
  readonly name: string;
  readonly run: () => Promise<Measurement>;
  readonly warmUp: () => Promise<void>;
  readonly measured: () => Measured;
}

interface PackedWork {
  readonly title: string;
  readonly ways: readonly PackedWay[];
}

function workOf(
  stack: Stack,
  bridges: ReadonlyMap<string, BridgeProcess>,
  size: Size,
  ofSmall: number,
): PackedWork {
  const { valueBytes, list } = size;
  const records = valueBytes < LARGE ? ofSmall : ofSmall / 4;
  const ways = [...bridges].map(([compression, bridge]) =>
    wayOf(stack, compression, bridge, size, records),
  );
  const bytes = valueBytes.toLocaleString('en-GB');
  return { title: `invoices of ${bytes} bytes, ${list} a POST, ${LIST_CLIENTS} clients`, ways };
}

function wayOf(
  stack: Stack,
  compression: string,
  bridge: BridgeProcess,
  { valueBytes, list }: Size,
  records: number,
): PackedWay {
  const topic = `bench-${compression}-${valueBytes}`;
  let [cpu, counted, sent] = [0, 0, 0];
  const post = async (count: number): Promise<Measurement> => {
    const pace = { clients: LIST_CLIENTS, records: Math.ceil(count / list) };
    const job = { ...delivering([bridge.port], pace, list), valueBytes };
    const paths = [`/topics/${topic}`];
    const measurement = await stack.http.run({ ...job, paths, contents: 'varied' });
    sent += pace.records * list;
    return { ...measurement, recordsPerAnswer: list };
  };
  return {
    name: compression,
    warmUp: async () => {
      await stack.kafka.createTopic(topic);
      await post(records * WARM_UP);
    },
    run: async () => {
      const [before, already] = [await cpuMs(bridge), sent];
      const measurement = await post(records);
      cpu += (await cpuMs(bridge)) - before;
      counted += sent - already;
      return measurement;
    },
    measured: () => ({ compression, topic, cpuMs: cpu, records: counted, logRecords: sent }),
  };
}

async function logsOf(
  stack: Stack,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const printed = await runJavaTool('org.apache.kafka.tools.LogDirsCommand', [
    '--describe',
    '--bootstrap-server',
    stack.kafka.bootstrap.join(','),
    '--topic-list',
    topics.join(','),
  ]);
  return logBytesOf(printed);
}
