import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { idOf } from '../../../support/oracle/evidence.js';
import type { Report } from '../../../support/oracle/run-with-oracle.js';
import type { FaultyWorld } from '../faulty-world.js';
import { OWN_CLIENT, ownRequest, postOwn } from '../own-records.js';
import { warmSide } from '../warm-side.js';

const KEYS = 3;
const RECORDS = 66;
/** So large that the records of one batch take several requests to their partition. */
const FILLING = 'x'.repeat(100_000);

/**
 * A record that its topic refuses stands in the last of several requests of one batch: those before it were taken
 * and are not committed, and what shares its request must not overtake them.
 */
export async function poisonInABatch(world: FaultyWorld): Promise<Report> {
  const topic = `compacted-${randomUUID().slice(0, 8)}`;
  // A compacted topic refuses a record without a key, whatever else it is sent with.
  await world.kafka.createTopic(topic, { partitions: 1, config: { 'cleanup.policy': 'compact' } });
  const setup = await world.bridge();
  await warmSide(world, setup);
  const { url } = setup.bridge;
  const load = { keyless: 0, maxPerSecond: 20 };
  const report = await world.oracle(
    setup,
    { topics: [topic], load },
    async ({ load: running, know }) => {
      await running.untilMoreConfirmed(20);
      world.proxy.setLine({ state: 'closed' });
      const agent = new Agent({ keepAlive: true });
      for (let number = 0; number <= RECORDS; number++) {
        const key = number === RECORDS ? null : `own-${number % KEYS}`;
        const messageId = `${topic}-${number}`;
        const record = { topic, messageId, key, client: OWN_CLIENT, number, filling: FILLING };
        know([await postOwn(url, agent, ownRequest(record), { prefer: 'wait=0' })]);
      }
      agent.destroy();
      world.proxy.heal();
      await running.untilMoreConfirmed(20);
    },
  );
  const poison = `${topic}-${RECORDS}`;
  if (!report.evidence.deadLetters.some((letter) => idOf(letter) === poison)) {
    throw new Error('The record without a key is no dead letter.');
  }
  return report;
}
