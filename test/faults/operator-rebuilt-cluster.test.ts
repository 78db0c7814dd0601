import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { OperatedBridge } from '../operator/operated-bridge.js';

describe('A cluster that was rebuilt without its data', () => {
  let kafka: LocalKafka;
  let operated: OperatedBridge;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf');
  }, 120_000);

  afterAll(async () => {
    await operated?.setup.dispose();
    await kafka?.stop();
  });

  it('KAFKA_WENT_BACK: reconcile counts what is missing, and sends it again when it is told to', async () => {
    operated = await OperatedBridge.prepare(kafka.bootstrap);
    const { bridge } = operated.setup;
    const sent: string[] = [];
    await operated.whileDelivering(async () => {
      sent.push(...(await operated.postMany('nf', 'sent', 6)));
    });
    await Promise.all(kafka.brokers.map((broker) => broker.stop()));
    await kafka.wipe();
    await kafka.startAll();
    await kafka.waitReady();
    await kafka.createTopic('nf');

    expect((await operated.command('check')).said).toContain('KAFKA_WENT_BACK');
    await operated.startStopped('KAFKA_WENT_BACK');
    const waiting = await operated.postMany('nf', 'waiting', 2);
    await bridge.terminate();

    const dry = await operated.command('reconcile');
    expect(dry.said).toContain('6 records that the outbox calls sent are not in Kafka.');
    expect(dry.said).toContain('--resend-missing sends them again');
    expect(dry.code).toBe(1);
    const applied = await operated.command('reconcile', '--apply', '--resend-missing');
    expect(applied.said).toContain('they become pending and are sent again');
    expect(applied.code).toBe(0);

    await operated.whileDelivering();
    expect(await operated.idsIn('nf')).toEqual([...sent, ...waiting].toSorted());
    const again = (await readTopic(kafka.bootstrap, 'nf')).filter(
      (record) => headerOf(record, 'bridge-replayed') === '1',
    );
    expect(again.map((record) => headerOf(record, 'message-id')).toSorted()).toEqual(sent);

    // A second look finds both sides agreeing, and nothing missing.
    const last = await operated.command('reconcile', '--resend-missing', '--json');
    expect(last.json).toMatchObject({ found: [], missing: [], remembered: [] });
    expect(last.code).toBe(0);
  }, 300_000);
});
