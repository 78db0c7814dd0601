import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../../support/bridge-api.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import { readTopic } from '../../../support/consumer.js';
import { judge, NOT_GATHERED, type Findings } from '../../../support/oracle/check.js';
import { idOf, replaysOf } from '../../../support/oracle/evidence.js';
import type { Posted } from '../../../support/oracle/posted.js';
import { deleteTopic } from '../../../support/topic-changes.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import type { FaultyWorld } from '../faulty-world.js';
import { OWN_CLIENT, ownRequest, postOwn } from '../own-records.js';
import { replayMatching } from '../replay.js';
import type { RowReport, Scale } from '../row.js';
import { warmSide } from '../warm-side.js';

const RULES = { MAX_ATTEMPTS: '3', RETRY_INITIAL_MS: '500', RETRY_MAX_MS: '500' };
const MAX_ATTEMPTS = 3;
const WRITERS = 4;
const PAUSE_MS = 20;
/** The other topic's records may wait for one new producer, not for the topic that has gone. */
const OTHERS_WAIT_AT_MOST_S = 10;

interface Row {
  readonly message_id: string;
  readonly status: string;
  readonly code: string | null;
  readonly attempts: number;
}

/** Clients of the topic that is deleted: the oracle cannot know it, since what it had gets lost with it. */
class Writers {
  readonly posted: Posted[] = [];
  private readonly agent = new Agent({ keepAlive: true });
  private going = true;
  private readonly running: Promise<unknown>;

  constructor(
    private readonly url: string,
    private readonly topic: string,
    private readonly round: number,
  ) {
    const clients = Array.from({ length: WRITERS }, (_, index) => this.write(OWN_CLIENT + index));
    this.running = Promise.all(clients);
  }

  async stop(): Promise<void> {
    this.going = false;
    await this.running;
    this.agent.destroy();
  }

  private async write(client: number): Promise<void> {
    const { topic, round } = this;
    for (let number = 0; this.going; number++) {
      const messageId = `${topic}-${round}-${client}-${number}`;
      const request = ownRequest({ topic, messageId, key: `own-${client}`, client, number });
      this.posted.push(await postOwn(this.url, this.agent, request, { prefer: 'wait=0' }));
      await delay(PAUSE_MS);
    }
  }
}

/**
 * A topic is deleted while it is written to and made again: what the bridge had accepted for it becomes dead
 * letters, and a replay delivers them. The oracle watches the other topic.
 */
export async function deletedTopic(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const rounds = scale === 'fast' ? 1 : 6;
  const [other, doomed] = [await world.topic('other'), await world.topic('doomed')];
  const setup = await world.bridge(RULES);
  await warmSide(world, setup);
  const findings: Findings[] = [];
  let buried = 0;
  const report = await world.oracle(
    setup,
    // The records of the deleted topic are counted too, and the oracle does not know them.
    { topics: [other], without: ['counters'] },
    async ({ load }) => {
      for (let round = 0; round < rounds; round++) {
        await load.untilMoreConfirmed(20);
        const writers = new Writers(setup.bridge.url, doomed, round);
        try {
          const { gone, dead } = await deleted(world, setup, doomed);
          buried += dead.size;
          await world.kafka.createTopic(doomed);
          await replayed(setup, doomed, dead.size);
          await moreSent(setup, doomed, 20);
          await writers.stop();
          await settled(setup, doomed);
          const posted = writers.posted.filter(({ messageId }) => !gone.has(messageId));
          findings.push(await afterwards(world, setup, { topic: doomed, posted, dead }));
        } finally {
          await writers.stop();
        }
      }
    },
  );
  const waited = report.figures.secondsWithoutDelivery;
  if (waited > OTHERS_WAIT_AT_MOST_S) throw new Error(`The other topic waited for ${waited} s.`);
  return {
    injected: rounds,
    findings: [...findings, report.findings],
    figures: [report.figures],
    note: `${buried} dead letters replayed; the other topic waited at most ${waited} s`,
  };
}

/** Deletes it, and waits until all that was accepted for it is dead. Gone: what had been delivered before. */
async function deleted(
  world: FaultyWorld,
  setup: BridgeSetup,
  topic: string,
): Promise<{ readonly gone: ReadonlySet<string>; readonly dead: ReadonlySet<string> }> {
  await moreSent(setup, topic, 20);
  await deleteTopic(world.kafka.bootstrap, topic);
  await until(
    `a record for ${topic} is a dead letter`,
    () => rowsOf(setup, topic),
    (rows) => rows.some(({ status }) => status === 'dlq'),
  );
  const rows = await settled(setup, topic);
  const dead = rows.filter(({ status }) => status === 'dlq');
  const odd = dead.find(
    ({ code, attempts }) => code !== 'unknown_topic' || attempts !== MAX_ATTEMPTS,
  );
  if (odd !== undefined) throw new Error(`Not buried as it should be: ${JSON.stringify(odd)}`);
  const gone = rows.filter(({ status }) => status === 'sent');
  const ids = (some: readonly Row[]): Set<string> => new Set(some.map((row) => row.message_id));
  return { gone: ids(gone), dead: ids(dead) };
}

async function replayed(setup: BridgeSetup, topic: string, wanted: number): Promise<void> {
  const count = await replayMatching(setup.bridge.url, { topic });
  if (count !== wanted) throw new Error(`${count} of ${wanted} dead letters were replayed.`);
}

async function moreSent(setup: BridgeSetup, topic: string, more: number): Promise<void> {
  const count = async (): Promise<number> =>
    (await rowsOf(setup, topic)).filter(({ status }) => status === 'sent').length;
  const before = await count();
  await until(`${more} more records for ${topic} are sent`, count, (now) => now >= before + more);
}

async function settled(setup: BridgeSetup, topic: string): Promise<readonly Row[]> {
  return until(
    `all records for ${topic} are settled`,
    () => rowsOf(setup, topic),
    (rows) => rows.every(({ status }) => status === 'sent' || status === 'dlq'),
  );
}

async function rowsOf({ database }: BridgeSetup, topic: string): Promise<readonly Row[]> {
  const rows = await sqliteFile(
    database,
    'SELECT message_id, status, last_error_code AS code, retry_count AS attempts FROM outbox' +
      ` WHERE topic = '${topic}'`,
  );
  return rows as unknown as readonly Row[];
}

interface Round {
  readonly topic: string;
  /** Everything that must be in the topic which was made again, if it was accepted. */
  readonly posted: readonly Posted[];
  readonly dead: ReadonlySet<string>;
}

/** @throws Error when a dead letter was not published once, or not delivered as a replay. */
async function afterwards(
  world: FaultyWorld,
  setup: BridgeSetup,
  { topic, posted, dead }: Round,
): Promise<Findings> {
  const records = await readTopic(world.kafka.bootstrap, topic);
  const all = await world.deadLetters(setup, [topic]);
  const known = new Set(posted.map(({ messageId }) => messageId));
  const deadLetters = all.filter((letter) => known.has(idOf(letter)));
  if (deadLetters.length !== dead.size) {
    throw new Error(`${dead.size} dead letters were published ${deadLetters.length} times.`);
  }
  const replays = records.filter((record) => replaysOf(record) === 1).map((record) => idOf(record));
  const unmarked = [...dead].filter((id) => !replays.includes(id));
  if (unmarked.length > 0 || replays.length !== dead.size) {
    throw new Error(`${replays.length} of ${dead.size} dead letters are marked as a replay.`);
  }
  return judge({ ...NOT_GATHERED, posted, records, deadLetters });
}
