import type { ProducerCluster } from './kafkajs-cluster.js';
import { rememberCoordinators } from './kafkajs-coordinators.js';

const GROUP = { groupId: 'a', coordinatorType: 0 };
const TRANSACTION = { groupId: 'a', coordinatorType: 1 };

/** Of kafkajs, what looks for coordinators. Each answer is a broker of its own. */
function asking() {
  const asked: unknown[] = [];
  const brokers: { connected: boolean; isConnected(): boolean }[] = [];
  const cluster = {
    findGroupCoordinator: (question: unknown) => {
      asked.push(question);
      const broker = {
        connected: true,
        isConnected() {
          return this.connected;
        },
      };
      brokers.push(broker);
      return Promise.resolve(broker);
    },
  } as unknown as ProducerCluster;
  rememberCoordinators(cluster);
  return { asked, brokers, cluster };
}

test('a coordinator is looked for once, each of the group and of the transactions', async () => {
  const { asked, cluster } = asking();
  for (const question of [GROUP, TRANSACTION, GROUP, TRANSACTION, { groupId: 'a' }]) {
    await cluster.findGroupCoordinator(question);
  }
  expect(asked).toEqual([GROUP, TRANSACTION]);
});

test('one whose connection is gone is looked for again: it may be another one by now', async () => {
  const { asked, brokers, cluster } = asking();
  const [first] = [await cluster.findGroupCoordinator(GROUP)];
  expect(first).toBe(brokers[0]);
  if (brokers[0] !== undefined) brokers[0].connected = false;
  expect(await cluster.findGroupCoordinator(GROUP)).toBe(brokers[1]);
  expect(asked).toHaveLength(2);
});
