import { SecuredKafka } from '../support/secured-kafka.js';
import { documentedRights, documentedTopics, giveAsDocumented } from './secured/acls.js';
import { rights } from './secured/rights.js';
import { troubles } from './secured/troubles.js';
import { waysIn } from './secured/ways-in.js';
import { World } from './secured/world.js';

/*
 * The bridge against a broker that wants to know who comes, and lets everybody do only what he may: one broker for all of
 * it, since it is asked about connections and rights, not about replicas.
 */
const TOPIC = 'erp-faturas';
let world: World;

beforeAll(async () => {
  world = new World(await SecuredKafka.start());
  const { cluster } = world.kafka;
  await cluster.createTopic(TOPIC);
  for (const [name, partitions] of await documentedTopics()) {
    await cluster.createTopic(name, { partitions });
  }
  await giveAsDocumented(cluster.bootstrap, await documentedRights('What it needs'));
}, 120_000);

afterAll(() => world.kafka.stop());

waysIn(() => world, TOPIC);
troubles(() => world, TOPIC);
rights(() => world);
