import { randomUUID } from 'node:crypto';
import { drained, getJson } from '../../support/bridge-api.js';
import { prepareBridge, type BridgeSetup } from '../../support/bridge-setup.js';
import type { BridgeProcess } from '../../support/bridge-process.js';
import { headerOf, readTopic } from '../../support/consumer.js';
import { PASSWORD, SecuredKafka, USER, type Door } from '../../support/secured-kafka.js';

export type Environment = Readonly<Record<string, string>>;

/** The cluster, and the bridges that a test has started. */
export class World {
  private readonly setups: BridgeSetup[] = [];

  constructor(readonly kafka: SecuredKafka) {}

  /** Prepares a bridge that comes in by this door, and trusts the cluster's authority. */
  async bridge(door: Door, env: Environment): Promise<BridgeProcess> {
    const tls = { KAFKA_SSL: 'true', KAFKA_SSL_CA: this.kafka.authority.cert };
    const setup = await prepareBridge([this.kafka.address(door)], {
      LOG_LEVEL: 'debug',
      CONFIRM_WAIT_MS: '0',
      ...(door === 'clear' ? {} : tls),
      ...env,
    });
    this.setups.push(setup);
    return setup.bridge;
  }

  /** Posts records of these ids, waits until they are delivered, and gives back what a consumer finds of them. */
  async deliver(bridge: BridgeProcess, topic: string, ids: readonly string[]): Promise<string[]> {
    await post(bridge, topic, ids);
    await drained(bridge.url);
    return this.find(topic, ids);
  }

  /** The message ids among these that a consumer finds, as often as it does. */
  async find(topic: string, ids: readonly string[]): Promise<string[]> {
    const records = await readTopic(this.kafka.cluster.bootstrap, topic);
    const found = records.map((record) => headerOf(record, 'message-id') ?? '');
    return found.filter((id) => ids.includes(id)).toSorted();
  }

  /** Ends them, and forgets what was done to the token server for them. */
  async endBridges(): Promise<void> {
    this.kafka.tokens.reset();
    await Promise.all(this.setups.splice(0).map(({ dispose }) => dispose()));
  }
}

export const sasl = (mechanism: string, password = PASSWORD): Environment => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: USER,
  KAFKA_SASL_PASSWORD: password,
});

export function newIds(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID()).toSorted();
}

/** @throws Error when a record is not accepted. */
export async function post(
  bridge: BridgeProcess,
  topic: string,
  ids: readonly string[],
): Promise<void> {
  const records = ids.map((message_id, at) => ({ key: `k${at % 7}`, data: { at }, message_id }));
  const response = await fetch(`${bridge.url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ records }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`answered ${response.status}: ${text}`);
}

/** What `GET /health` says of a pipeline. */
export interface PipelineView {
  readonly name: string;
  readonly last_error_code: string | null;
  readonly last_error: string | null;
}

export async function pipelineView(bridge: BridgeProcess, name = 'main-0'): Promise<PipelineView> {
  const { details } = await getJson<{
    details: { kafka: { pipelines: readonly PipelineView[] } };
  }>(`${bridge.url}/health`);
  const found = details.kafka.pipelines.find((pipeline) => pipeline.name === name);
  if (found === undefined) throw new Error(`there is no pipeline ${name}`);
  return found;
}

/** Everything that the bridge says of itself: its log, and its routes. */
export async function everythingSaid(bridge: BridgeProcess): Promise<string> {
  const asked = ['/health', '/health/ready', '/metrics', '/messages', '/admin/dead-letters'];
  const texts = asked.map(async (path) => (await fetch(bridge.url + path)).text());
  const metrics = await fetch(`${bridge.url}/metrics`, { headers: { accept: 'text/plain' } });
  return [...bridge.lines, ...(await Promise.all(texts)), await metrics.text()].join('\n');
}
