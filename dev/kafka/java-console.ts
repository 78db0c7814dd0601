import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { WatchedProcess } from '../watched-process.js';
import { javaJars } from './java-jars.js';

/** Bytes that no text of the project's tests holds. */
const FIELDS = '\u001f';
const HEADERS = '\u001e';
const NULL = '\u001d';
const FIRST_COLUMNS = 3;

export interface ConsoleRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly key: string | null;
  readonly value: string | null;
}

export interface ConsoleOptions {
  /** Ends when so many records were read and for `quietMs` no other one has come. */
  readonly expected: number;
  /** 1,000 by default. */
  readonly quietMs?: number;
  /** Ends when nothing has come for so long, in milliseconds. 20,000 by default. */
  readonly silenceMs?: number;
}

/**
 * Reads a topic from its beginning with Kafka's own console consumer in Java, as read_committed. Values and keys
 * must be texts without line ends.
 * @throws Error when the machine has no Java, or the consumer fails.
 */
export async function readWithJava(
  bootstrap: readonly string[],
  topic: string,
  { expected, quietMs = 1_000, silenceMs = 20_000 }: ConsoleOptions,
): Promise<ConsoleRecord[]> {
  const jars = await javaJars();
  if (jars === null) throw new Error('The Java console consumer needs Java 17 and Maven.');
  const consumer = await WatchedProcess.start({
    command: command(jars, bootstrap, topic, silenceMs),
    onOrphaned: 'kill -9 $$',
  });
  const [stdout, stderr] = consumer.output;
  if (stdout === undefined || stderr === undefined) throw new Error('There is nothing to read.');
  const complaints: string[] = [];
  const told = createInterface({ input: stderr }).on('line', (line) => complaints.push(line));
  const toldAll = once(told, 'close');
  const records = await untilQuiet(createInterface({ input: stdout }), expected, quietMs, () => {
    void consumer.end('SIGTERM', silenceMs);
  });
  await toldAll;
  const { code } = await consumer.ended;
  // It ends with 1 for its own silence too, and says how many it has read in all these cases.
  if (!complaints.some((line) => line.startsWith('Processed a total of'))) {
    throw new Error(`The Java console consumer ended with ${code}:\n${complaints.join('\n')}`);
  }
  return records;
}

/** Collects the records up to the end of the output, which it brings about when enough have come and no more do. */
function untilQuiet(
  lines: Interface,
  expected: number,
  quietMs: number,
  end: () => void,
): Promise<ConsoleRecord[]> {
  const records: ConsoleRecord[] = [];
  let quiet: NodeJS.Timeout | undefined;
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      records.push(parse(line));
      clearTimeout(quiet);
      if (records.length >= expected) quiet = setTimeout(end, quietMs);
    });
    lines.once('close', () => {
      clearTimeout(quiet);
      resolve(records);
    });
  });
}

function command(
  jars: string,
  bootstrap: readonly string[],
  topic: string,
  silenceMs: number,
): string[] {
  const format = {
    'print.partition': 'true',
    'print.offset': 'true',
    'print.headers': 'true',
    'print.key': 'true',
    'key.separator': FIELDS,
    'headers.separator': HEADERS,
    'null.literal': NULL,
  };
  return [
    'java',
    '-Xmx128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${jars}/lib/*`,
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    '--from-beginning',
    ...Object.entries({
      'bootstrap-server': bootstrap.join(','),
      topic,
      group: `console-${randomUUID()}`,
      'isolation-level': 'read_committed',
      'timeout-ms': String(silenceMs),
    }).flatMap(([name, value]) => [`--${name}`, value]),
    ...Object.entries(format).flatMap(([name, value]) => [
      '--formatter-property',
      `${name}=${value}`,
    ]),
  ];
}

function parse(line: string): ConsoleRecord {
  const columns = line.split(FIELDS);
  const [partition = '', offset = '', headers = ''] = columns;
  const [key = '', value = ''] = columns.slice(FIRST_COLUMNS);
  return {
    partition: Number(partition.replace('Partition:', '')),
    offset: BigInt(offset.replace('Offset:', '')),
    headers: headers.split(HEADERS).map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1)] as const;
    }),
    key: key === NULL ? null : key,
    value: value === NULL ? null : value,
  };
}
