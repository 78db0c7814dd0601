import { createRequire } from 'node:module';
import { patchConsumers } from './kafkajs-consumers.js';

const require = createRequire(import.meta.url);

test('a fetcher of a stopped consumer ends', async () => {
  patchConsumers();
  const { prototype } = require('kafkajs/src/consumer/runner') as {
    prototype: { fetch(this: { running: boolean }, nodeId: number): Promise<unknown[]> };
  };
  await expect(prototype.fetch.call({ running: false }, 1)).rejects.toThrow('is stopped');
});
