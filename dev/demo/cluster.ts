import type { BridgeProcess } from '../../test/support/bridge-process.js';
import { startPostgres } from '../../test/support/postgres.js';
import { CleanUps } from '../clean-ups.js';
import { BridgeCluster } from '../cluster/bridge-cluster.js';
import { portIsFree } from '../free-ports.js';
import { LocalKafka } from '../kafka/local-kafka.js';
import { TOPIC } from './stack.js';

const INSTANCES = 3;
const PORT = 8081;

const cleanUps = new CleanUps();
const [kafka, postgres] = await Promise.all([LocalKafka.start(), startPostgres()]);
cleanUps.add(() => kafka.stop());
cleanUps.add(() => postgres.stop());
await kafka.createTopic(TOPIC);
const outbox = await postgres.database();
const cluster = await BridgeCluster.start({
  instances: INSTANCES,
  outbox,
  kafka: kafka.bootstrap,
  onLine: (instance, line) => console.log(`${instance}: ${line}`),
  ...((await portIsFree(PORT)) ? { port: PORT } : {}),
});
cleanUps.add(() => cluster.stop());

const processes = cluster.bridges
  .map(({ url, pid }, instance) => `  ${instance}  ${url}  process ${pid}`)
  .join('\n');
console.log(`
Kafka:      ${kafka.bootstrap.join(', ')}
PostgreSQL: ${outbox}
Bridges:
${processes}
Load balancer: ${cluster.url}

Try, and kill or freeze a process meanwhile (kill -9, kill -STOP, kill -CONT):
  curl -s ${cluster.url}/topics/${TOPIC} -H 'Content-Type: application/json' \\
    -d '{"key":"001/000000001","message_id":"nf-1","data":{"documento":"000000001","valor":1500.00}}'
  curl -s ${cluster.url}/messages/nf-1
  curl -s ${cluster.bridges[0]?.url}/metrics -H 'Accept: text/plain' | grep -E '^ponte_(lanes|instances)'

Ctrl-C stops everything.
`);
await Promise.all(cluster.bridges.map((bridge, instance) => supervise(bridge, instance)));

/** As systemd or Kubernetes would. */
async function supervise(bridge: BridgeProcess, instance: number): Promise<void> {
  while (!cleanUps.running) {
    await bridge.ended;
    if (cleanUps.running) return;
    console.log(`${instance}: has ended, and is started again`);
    await bridge.start();
  }
}
