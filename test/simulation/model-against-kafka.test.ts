import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { ModelSite } from './scripts/model-site.js';
import { RealSite } from './scripts/real-site.js';
import { SCRIPTS } from './scripts/scripts.js';

// The simulation is worth as much as its model of Kafka: this is where the real one decides.
describe('the model of Kafka, beside the real one', () => {
  let cluster: SharedCluster;
  let real: RealSite;
  let model: ModelSite;

  beforeAll(async () => {
    cluster = await sharedCluster();
    real = new RealSite(cluster);
    model = new ModelSite(1);
    await real.prepare();
  }, 120_000);

  afterAll(async () => {
    await real?.close();
    await cluster?.release();
  });

  it.each(Object.entries(SCRIPTS))('tells the same: %s', async (_, script) => {
    const wanted = await script(real);
    expect(await model.run(script)).toEqual(wanted);
  });

  it('shows a read_committed consumer the same', async () => {
    expect(await model.content(false)).toEqual(await real.content(false));
  });

  it('shows a read_uncommitted consumer the same', async () => {
    expect(await model.content(true)).toEqual(await real.content(true));
  });
});
