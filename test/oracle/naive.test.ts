import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { withOracle, type Report } from '../support/oracle/run-with-oracle.js';
import { LostAnswers } from './lost-answers.js';
import { NaiveOutbox } from './naive-outbox.js';

const RECORDS = 300;
const PERCENT = 10;

/** The same pattern of faults in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('The oracle, held against an outbox with the idempotent producer of kafkajs,', () => {
  let cluster: SharedCluster;

  beforeAll(async () => {
    cluster = await sharedCluster();
  }, 180_000);

  afterAll(async () => {
    await cluster.release();
  });

  async function run(percent: number): Promise<Report & { readonly answersLost: number }> {
    const topic = await cluster.createTopic('naive');
    const faults = new LostAnswers(percent, randomFrom(percent));
    const outbox = await NaiveOutbox.start(cluster.bootstrap, faults.socketFactory);
    try {
      const report = await withOracle(
        {
          kafka: cluster,
          bridges: [outbox],
          topics: [topic],
          load: { records: RECORDS },
          // It has no metrics, no process and no API of its own: the records alone are judged.
          without: ['counters', 'resources', 'otherPlace'],
        },
        async () => undefined,
      );
      return { ...report, answersLost: faults.lost };
    } finally {
      await outbox.stop();
    }
  }

  it(`goes red when ${PERCENT} of 100 answers are lost: records are lost although all were acknowledged`, async () => {
    const { findings, figures, answersLost } = await run(PERCENT);
    console.log({ answersLost, ...figures });
    expect(answersLost).toBeGreaterThan(0);
    expect(figures.accepted).toBe(RECORDS);
    expect(findings.notDrained).toEqual([]);
    expect(figures.lost).toBeGreaterThan(0);
    expect(findings.lost).not.toEqual([]);
  }, 120_000);
});
