import { createRequire } from 'node:module';
import { kafkaErrorNumber } from './kafkajs-error.js';
import { patchKafkaJs } from './kafkajs-patches.js';

const require = createRequire(import.meta.url);

/** What comes of a question that each of two brokers answers with this error of Kafka's. */
async function askAll(code: number): Promise<unknown> {
  patchKafkaJs();
  const { prototype } = require('kafkajs/src/cluster/brokerPool') as {
    prototype: { withBroker: (this: object, ask: () => Promise<unknown>) => Promise<unknown> };
  };
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error;
  };
  const pool = { brokers: { 1: {}, 2: {} }, findBroker: () => Promise.resolve({}) };
  return prototype.withBroker
    .call(pool, () => Promise.reject(createErrorFromCode(code)))
    .catch((error: unknown) => kafkaErrorNumber(error));
}

test.each([3, 5, 30, 31, 53])('what every broker has said is passed on: %d', async (code) => {
  expect(await askAll(code)).toBe(code);
});

test('a coordinator that is not there yet is looked for again', async () => {
  expect(await askAll(15)).toBeNull();
});
