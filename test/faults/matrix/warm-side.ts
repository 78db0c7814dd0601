import { Agent } from 'node:http';
import { randomUUID } from 'node:crypto';
import { getJson, until, type HealthView } from '../../support/bridge-api.js';
import type { BridgeSetup } from '../../support/bridge-setup.js';
import { headerOf } from '../../support/consumer.js';
import type { FaultyWorld } from './faulty-world.js';
import { OWN_CLIENT, ownRequest, postOwn } from './own-records.js';

const LIMIT_BYTES = 1_000;

/**
 * Makes one dead letter and discards it. The bridge opens its connections for dead letters at the first one, and a
 * run that makes more of them must be compared with a process that has these connections.
 */
export async function warmSide(world: FaultyWorld, setup: BridgeSetup): Promise<void> {
  const { url } = setup.bridge;
  const topic = `warm-${randomUUID().slice(0, 8)}`;
  const config = { 'max.message.bytes': String(LIMIT_BYTES) };
  await world.kafka.createTopic(topic, { config });
  const messageId = `${topic}-0`;
  const filling = 'x'.repeat(2 * LIMIT_BYTES);
  const agent = new Agent();
  const record = { topic, messageId, key: null, client: OWN_CLIENT, number: 0, filling };
  await postOwn(url, agent, ownRequest(record));
  await until(
    'the first dead letter is published',
    () => world.deadLetters(setup, [topic]),
    (letters) => letters.some((letter) => headerOf(letter, 'message-id') === messageId),
  );
  const response = await fetch(`${url}/admin/dead-letters/${messageId}`, {
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'it was made by the test' }),
  });
  if (!response.ok) throw new Error(`The dead letter was not discarded: ${response.status}.`);
  await until(
    'no dead letter is left',
    () => getJson<HealthView>(`${url}/health`),
    ({ outbox }) => outbox.dlq === 0,
  );
}
