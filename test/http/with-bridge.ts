import { HTTP_TIMEOUTS, type HttpTimeouts } from '../../apps/bridge/src/http/index.js';
import { postJson, type JsonAnswer } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

/** Does not wait for Kafka. */
export const NOW = { prefer: 'wait=0' };
export const GOOD = '{"data":1}';

/** Runs with a bridge of its own that knows the topic `orders`. */
export async function withBridge(
  environment: Readonly<Record<string, string>>,
  run: (bridge: RunningBridge) => Promise<void>,
  timeouts: HttpTimeouts = HTTP_TIMEOUTS,
): Promise<void> {
  const bridge = await startBridge(environment, timeouts);
  bridge.topics.partitions.set('orders', 1);
  try {
    await run(bridge);
  } finally {
    await bridge.stop();
  }
}

export const postTo = (
  bridge: RunningBridge,
  body = GOOD,
  headers: Readonly<Record<string, string>> = NOW,
): Promise<JsonAnswer> => postJson(`${bridge.url}/topics/orders`, body, headers);
