import { drained, messageView, until } from '../../support/bridge-api.js';
import type { BridgeProcess } from '../../support/bridge-process.js';
import { documentedRights, give, rightsOfUser, takeAway, type Right } from './acls.js';
import { newIds, pipelineView, post, sasl, type World } from './world.js';

/** Of the topics' names, those of docs/kafka-acls.md. */
const TOPIC = 'erp-pedidos';
/** Takes no record without a key. */
const COMPACTED = 'erp-clientes';
const FORBIDDEN = 'payroll';
const DEAD_LETTERS = 'dlq-topic';

/** So that a record waits for its right as long as the test takes to give it back. */
const PATIENT = { RETRY_INITIAL_MS: '200', RETRY_MULTIPLIER: '1', MAX_ATTEMPTS: '100' };

export function rights(world: () => World): void {
  describe('with the rights of docs/kafka-acls.md and no more', () => {
    let bridge: BridgeProcess;
    let needed: Right[] = [];
    const bootstrap = (): string[] => world().kafka.cluster.bootstrap;

    beforeAll(async () => {
      const { cluster } = world().kafka;
      await cluster.createTopic(TOPIC);
      await cluster.createTopic(COMPACTED, { config: { 'cleanup.policy': 'compact' } });
      await cluster.createTopic(FORBIDDEN);
      needed = await documentedRights('What it needs');
      bridge = await world().bridge('clear', sasl('plain'));
      await bridge.start();
    });
    afterAll(() => world().endBridges());

    const find = (topic: string, ids: readonly string[]): Promise<string[]> =>
      world().find(topic, ids);

    test('has these rights in Kafka, as its own tool has given them', async () => {
      const given = (await rightsOfUser(bootstrap())).map(plain);
      expect(given.toSorted()).toEqual(needed.map(({ entry }) => plain(entry)).toSorted());
    });

    test('delivers, publishes dead letters, and recovers after a kill', async () => {
      const [first, dead, second] = [newIds(20), newIds(1), newIds(20)];
      await post(bridge, TOPIC, first);
      await postWithoutKey(bridge, COMPACTED, dead);
      await drained(bridge.url);
      await post(bridge, TOPIC, second);
      await bridge.restart();
      await drained(bridge.url);
      expect(await find(TOPIC, [...first, ...second])).toEqual([...first, ...second].toSorted());
      await until(
        'the dead letter is published',
        () => find(DEAD_LETTERS, dead),
        (found) => found.length > 0,
      );
      expect(await find(DEAD_LETTERS, dead)).toEqual(dead);
    });

    test('tries a record five times that it may not write, and holds up no other', async () => {
      const [forbidden = ''] = newIds(1);
      const others = newIds(5);
      await post(bridge, FORBIDDEN, [forbidden]);
      await post(bridge, TOPIC, others);
      const view = await until(
        'it is a dead letter',
        () => messageView(bridge.url, forbidden),
        ({ status }) => status === 'dlq',
      );
      expect(view).toMatchObject({ retry_count: 5, last_error_code: 'topic_not_authorized' });
      expect(await find(TOPIC, others)).toEqual(others);
      await drained(bridge.url);
    });

    test('may not make topics, and says so', async () => {
      const response = await fetch(`${bridge.url}/admin/topics`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ topic: 'erp-new' }),
      });
      expect(await response.json()).toMatchObject({
        status: 400,
        code: 'topic_refused',
        detail: expect.stringContaining('TOPIC_AUTHORIZATION_FAILED') as string,
      });
    });

    describe('every one of them is needed:', () => {
      beforeAll(async () => {
        await bridge.terminate();
        await bridge.start(PATIENT);
        await drained(bridge.url);
      });

      const without = async (
        resource: string,
        operation: string,
        meanwhile: () => Promise<void>,
      ): Promise<void> => {
        const right = needed.find(
          ({ options }) => options.includes(resource) && options.includes(operation),
        );
        if (right === undefined) throw new Error(`${operation} on ${resource} is not there`);
        needed = needed.filter((one) => one !== right);
        await takeAway(bootstrap(), right);
        await meanwhile();
        await give(bootstrap(), right);
        await drained(bridge.url);
      };

      test.each([
        ['ponte-', 'Write', 'Transactional Id authorization failed'],
        ['ponte-', 'Read', 'Not authorized to access group'],
        ['_ponte.ledger', 'Read', 'Not authorized to access topics'],
      ])('without %s: %s all records wait', async (resource, operation, words) => {
        const ids = newIds(3);
        await without(resource, operation, async () => {
          await post(bridge, TOPIC, ids);
          const told = await until(
            'the reason is told',
            () => pipelineView(bridge),
            ({ last_error_code }) => last_error_code === 'kafka_not_authorized',
          );
          expect(told.last_error).toContain(words);
        });
        expect(await find(TOPIC, ids)).toEqual(ids);
      });

      test('without erp-: Write a record waits for its right', async () => {
        const ids = newIds(1);
        await without('erp-', 'Write', async () => {
          await post(bridge, TOPIC, ids);
          await until(
            'it was refused',
            () => messageView(bridge.url, ids[0] ?? ''),
            (view) => view.status === 'failed' && view.last_error_code === 'topic_not_authorized',
          );
        });
        expect(await find(TOPIC, ids)).toEqual(ids);
      });

      test('without dlq-topic: Write dead letters wait', async () => {
        const ids = newIds(1);
        await without(DEAD_LETTERS, 'Write', async () => {
          await postWithoutKey(bridge, COMPACTED, ids);
          await until(
            'the log tells it',
            async () => bridge.lines.filter((line) => line.includes('dead letters wait')),
            (lines) => lines.some((line) => line.includes('topic_not_authorized')),
          );
        });
        await until(
          'it is published',
          () => find(DEAD_LETTERS, ids),
          (found) => found.length > 0,
        );
        expect(await find(DEAD_LETTERS, ids)).toEqual(ids);
      });

      test('and there are no others', () => {
        expect(needed).toEqual([]);
      });
    });

    test('at least once needs no more than to write to the topics', async () => {
      const all = await documentedRights('What it needs');
      const unused = all.filter(({ options }) => !options.includes('--topic'));
      const ledger = all.filter(({ options }) => options.includes('_ponte.ledger'));
      for (const right of [...unused, ...ledger]) await takeAway(bootstrap(), right);
      const plainBridge = await world().bridge('clear', {
        ...sasl('scram-sha-256'),
        DELIVERY: 'at-least-once',
      });
      await plainBridge.start();
      const [ids, dead] = [newIds(7), newIds(1)];
      await post(plainBridge, TOPIC, ids);
      await postWithoutKey(plainBridge, COMPACTED, dead);
      await drained(plainBridge.url);
      expect(await find(TOPIC, ids)).toEqual(ids);
      await until(
        'the dead letter is published',
        () => find(DEAD_LETTERS, dead),
        (found) => found.length > 0,
      );
    });
  });
}

const plain = ({ resourceType, resourceName, operation, resourcePatternType }: Right['entry']) =>
  [resourceType, resourceName, operation, resourcePatternType].join(' ');

async function postWithoutKey(
  bridge: BridgeProcess,
  topic: string,
  [message_id = '']: readonly string[],
): Promise<void> {
  const response = await fetch(`${bridge.url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: {}, message_id }),
  });
  expect(response.status).toBe(201);
}
