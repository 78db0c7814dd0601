import { portIsFree } from '../free-ports.js';
import { startStack, TOPIC } from './stack.js';

const KAFKA_PORTS = [9092, 9093, 9094];

const free = await Promise.all(KAFKA_PORTS.map(portIsFree));
const stack = await startStack({
  kafka: free.every(Boolean) ? { ports: KAFKA_PORTS } : {},
  say: (line) => console.log(line),
  onBridgeLine: (line) => console.log(line),
});
const { url } = stack.bridge;

console.log(`
Try:
  curl -s ${url}/topics/${TOPIC} -H 'Content-Type: application/json' \\
    -d '{"key":"001/000000001","message_id":"nf-1","data":{"documento":"000000001","valor":1500.00}}'
  curl -s ${url}/messages/nf-1
  curl -s ${url}/topics
  curl -s ${url}/health
  curl -s ${url}/metrics
  curl -s ${url}/admin/dead-letters

Ctrl-C stops everything.
`);

await stack.bridge.ended;
if (!stack.stopping()) {
  console.error('The bridge has ended by itself.');
  await stack.stop();
  process.exit(1);
}
