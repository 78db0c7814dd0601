import { picture } from '../../kafka/cluster-probe.js';
import type { Fault } from '../fault.js';
import { QUEUE_MAX_ROWS, TOPICS, type Setup } from '../setup.js';

const FILLED = 0.88;

/** One broker is down, and has the only replica of a topic, for which the ERP goes on posting. All other topics are well. */
export const queueFills: Fault = {
  name: 'A topic has lost its only broker, and fills the queue',
  alert: 'PonteQueueNearlyFull',
  sees: 0,
  shows: new RegExp(`"waiting_apart":\\[\\{[^\\]]*${TOPICS.single}`),
  before: {
    words: 'start the broker that leads it',
    perform: async ({ kafka }) => {
      await kafka.startAll();
      await kafka.waitReady();
    },
  },
  inject: async (setup) => {
    const { kafka, erp } = setup;
    await kafka.broker(await leader(setup)).stop();
    const count = Math.ceil(QUEUE_MAX_ROWS * FILLED);
    const movements = Array.from({ length: count }, (_, number) => ({
      key: `PA-${number % 50}`,
      event: 'movimento',
      messageId: `sd3-99-01-${number}`,
      data: `{"documento":"${number}","quantidade":${number}.00}`,
    }));
    await erp.hand(TOPICS.single, ...movements);
  },
};

async function leader({ kafka }: Setup): Promise<number> {
  const [address = ''] = kafka.bootstrap;
  const { topics } = await picture(address);
  const found = topics.find(({ name }) => name === TOPICS.single)?.partitions[0];
  if (found === undefined) throw new Error(`Kafka does not know ${TOPICS.single}.`);
  return found.leader;
}
