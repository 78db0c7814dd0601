import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { headerOf, readTopic } from '../../test/support/consumer.js';
import { replaceBetween } from '../document.js';
import { CleanUps } from '../clean-ups.js';
import { invoices } from '../demo/invoices.js';
import { PROJECT_ROOT } from '../project-root.js';
import { AlertWatch } from './alert-watch.js';
import { compareBooks, type Books } from './books.js';
import { Drill } from './drill.js';
import type { Fault } from './fault.js';
import { bridgeKilled } from './faults/bridge-killed.js';
import { diskFills } from './faults/disk-fills.js';
import { kafkaAway } from './faults/kafka-away.js';
import { olderOutbox } from './faults/older-outbox.js';
import { queueFills } from './faults/queue-fills.js';
import { tooLarge } from './faults/too-large.js';
import { OldCopy } from './old-copy.js';
import { readOptions, type GameDayOptions } from './options.js';
import { accounts, table, type Row } from './report.js';
import { deadLetters, drained, startSetup, TOPICS, type Setup } from './setup.js';

/* `npm run gameday`: six faults, each seen by its alert and cured by the runbook. docs/gameday.md. */

const DOCUMENT = join(PROJECT_ROOT, 'docs', 'gameday.md');

const say = (line: string): void =>
  console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);

/** The first one takes longest to clear, which it does while the others are played. */
function faults(): readonly Fault[] {
  const copy = new OldCopy();
  return [tooLarge, bridgeKilled(copy), kafkaAway, queueFills, diskFills, olderOutbox(copy)];
}

async function play(setup: Setup, cleanUps: CleanUps): Promise<readonly Row[]> {
  const { prometheus, erp } = setup;
  const watch = new AlertWatch(prometheus);
  cleanUps.add(() => watch.stop());
  const rules = await prometheus.alertRules();
  const runbook = await readFile(join(PROJECT_ROOT, 'docs', 'runbook.md'), 'utf8');
  const drill = new Drill({ setup, watch, rules, runbook, say });
  const rows: Promise<Row>[] = [];
  for (const fault of faults()) rows.push((await drill.play(fault)).row);
  const all = await Promise.all(rows);
  await erp.pause();
  return all;
}

/** Each of the ERP's topics is in use before the first fault. */
async function firstRecords({ erp }: Setup): Promise<void> {
  const small = { key: 'PA-1', event: 'inclusao', data: '{"quantidade":1.00}' };
  for (const topic of [TOPICS.small, TOPICS.single])
    await erp.hand(topic, { ...small, messageId: `${topic}-1` });
  for (const record of invoices(0, 1)) await erp.hand(TOPICS.invoices, record);
}

async function readBack(setup: Setup): Promise<Books> {
  await drained(setup);
  const read = await readTopic(setup.kafka.bootstrap, Object.values(TOPICS));
  const found = read.map((record) => ({
    topic: record.topic,
    messageId: headerOf(record, 'message-id') ?? '',
    data: String(record.value),
  }));
  return compareBooks(setup.erp.accepted, found, new Set(await deadLetters(setup)));
}

/** @returns whether all of it went well. */
async function run({ pace, write }: GameDayOptions, cleanUps: CleanUps): Promise<boolean> {
  const began = Date.now();
  const setup = await startSetup(pace, cleanUps, say);
  await firstRecords(setup);
  setup.erp.start();
  const rows = await play(setup, cleanUps);
  say('Reading everything back');
  const books = await readBack(setup);
  const well = rows.every(({ verdict }) => verdict.well);
  const balanced = Object.values(books).every((names: readonly string[]) => names.length === 0);
  const rehearsal = `A rehearsal: each duration of the rules is divided by ${pace}.\n\n`;
  const minutes = Math.ceil((Date.now() - began) / 60_000);
  const day = `${new Date().toISOString().slice(0, 10)}, ${minutes} minutes.`;
  const text = `${table(rows)}\n\n${accounts(setup.erp.accepted.length, books)}`;
  console.log(`\n${pace === 1 ? '' : rehearsal}${text}\n`);
  if (write) {
    const document = await readFile(DOCUMENT, 'utf8');
    await writeFile(DOCUMENT, replaceBetween(document, 'gameday', `${day}\n\n${text}`));
  }
  return well && balanced;
}

const cleanUps = new CleanUps();
try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)), cleanUps)) ? 0 : 1;
} catch (error: unknown) {
  if (!cleanUps.running) console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await cleanUps.run();
}
process.exit();
