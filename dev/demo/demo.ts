import { readTopic } from '../../test/support/consumer.js';
import { invoices } from './invoices.js';
import type { SampleRecord } from './invoices.js';
import { delivered, post } from './post.js';
import type { Delivered } from './post.js';
import { startStack, TOPIC } from './stack.js';
import type { Stack } from './stack.js';
import { judge } from './verdict.js';

const WAIT_SECONDS = 10;
const OUTAGE_WAIT_SECONDS = 1;
const DELIVERED_WITHIN_MS = 120_000;

const say = (line: string): void => console.log(`  ${line}`);
const title = (line: string): void => console.log(`\n${line}`);

/** Posts one by one, and says of each where it is, or that it is not there yet. Returns those that are to come. */
async function postAll(
  { bridge }: Stack,
  records: readonly SampleRecord[],
  waitSeconds: number,
  places: Map<string, Delivered>,
): Promise<SampleRecord[]> {
  const toCome: SampleRecord[] = [];
  for (const record of records) {
    const { status, partition, offset, durationMs } = await post(
      bridge.url,
      TOPIC,
      record,
      waitSeconds,
    );
    const name = `${record.key} ${record.event.padEnd(11)} ${status}`;
    if (offset === null) {
      toCome.push(record);
      say(`${name}  stored, not confirmed yet (confirmed: false)  ${durationMs} ms`);
    } else {
      places.set(record.messageId, { partition, offset });
      say(`${name}  partition ${partition}  offset ${offset.padStart(3)}  ${durationMs} ms`);
    }
  }
  return toCome;
}

async function awaitDelivery(
  { bridge }: Stack,
  records: readonly SampleRecord[],
  places: Map<string, Delivered>,
): Promise<void> {
  for (const { key, event, messageId } of records) {
    const place = await delivered(bridge.url, messageId, DELIVERED_WITHIN_MS);
    places.set(messageId, place);
    say(
      `${key} ${event.padEnd(11)} sent  partition ${place.partition}  offset ${place.offset.padStart(3)}`,
    );
  }
}

/** Takes every broker down, posts, and brings them back. Returns the records that were delivered after it. */
async function outage(
  stack: Stack,
  records: readonly SampleRecord[],
  places: Map<string, Delivered>,
): Promise<SampleRecord[]> {
  title('All brokers are killed (-9); the ERP goes on billing');
  await stack.kafka.killAll();
  const late = await postAll(stack, records, OUTAGE_WAIT_SECONDS, places);

  title('The brokers are back; what was stored is delivered, in order');
  await stack.kafka.startAll();
  await stack.kafka.waitReady();
  await awaitDelivery(stack, late, places);
  return late;
}

async function readBack(stack: Stack): ReturnType<typeof readTopic> {
  const read = await readTopic(stack.kafka.bootstrap, TOPIC);
  say(`a read_committed consumer finds ${read.length} records`);
  return read;
}

/** Returns whether everything that the demo claims is true. */
async function run(stack: Stack): Promise<boolean> {
  const places = new Map<string, Delivered>();
  const before = invoices(1, 6);
  const during = invoices(7, 2);
  const posted = [...before, ...during];

  title(`Posting ${before.length} records of 6 invoices`);
  await awaitDelivery(stack, await postAll(stack, before, WAIT_SECONDS, places), places);
  await readBack(stack);
  const late = await outage(stack, during, places);

  title('The ERP is not sure and posts one again');
  const [doubted] = during;
  if (doubted === undefined) throw new Error('There is no record to post again.');
  const again = await post(stack.bridge.url, TOPIC, doubted, WAIT_SECONDS);
  say(
    `${doubted.key} ${doubted.event} ${again.status}  offset ${again.offset}, duplicate: ${again.duplicate}`,
  );

  title('Reading everything back');
  const verdict = judge(posted, places, await readBack(stack));
  const claims = {
    [`${places.size} of ${posted.length} posted records were delivered`]:
      places.size === posted.length,
    'the consumer read as many as were posted': verdict.sameNumber,
    'byte for byte what was posted': verdict.sameBytes,
    'in order for each key': verdict.sameOrderPerKey,
    'each where the answer said it is': verdict.samePlaces,
    'none twice, although one was posted twice': verdict.noneTwice && again.duplicate,
    [`${late.length} were accepted during the outage and delivered after it`]: late.length > 0,
  };
  title('Summary');
  for (const [claim, holds] of Object.entries(claims)) say(`${holds ? '✓' : '✗'} ${claim}`);
  return Object.values(claims).every(Boolean);
}

title('Starting');
const stack = await startStack({ say });
try {
  process.exitCode = (await run(stack)) ? 0 : 1;
} catch (error: unknown) {
  console.error(error instanceof Error ? error.message : error);
  console.error(stack.bridge.lines.slice(-20).join('\n'));
  process.exitCode = 1;
} finally {
  await stack.stop();
}
process.exit();
