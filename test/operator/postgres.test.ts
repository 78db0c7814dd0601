import { drained } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { OperatedBridge } from './operated-bridge.js';

describe('an outbox in PostgreSQL', () => {
  let cluster: SharedCluster;
  let server: PostgresServer;
  let operated: OperatedBridge;

  beforeAll(async () => {
    cluster = await sharedCluster();
    server = await startPostgres();
  }, 120_000);

  afterAll(async () => {
    await operated?.setup.dispose();
    await server?.stop();
    await cluster?.release();
  });

  it('LEDGER_AHEAD after a failover to an older state: check, reconcile, nothing lost or doubled', async () => {
    const url = await server.database();
    operated = await OperatedBridge.prepare(cluster.bootstrap, { OUTBOX_URL: url });
    const topic = await cluster.createTopic('pg-ahead');
    const { bridge } = operated.setup;
    const posted: string[] = [];
    await operated.whileDelivering(async () => {
      posted.push(...(await operated.postMany(topic, 'before', 5)));
    });
    await operated.whileKafkaIsAway(async () => {
      posted.push(...(await operated.postMany(topic, 'waiting', 3)));
    });
    await server.query('CREATE DATABASE older TEMPLATE outbox_1');
    await operated.whileDelivering(async () => {
      posted.push(...(await operated.postMany(topic, 'after', 4)));
    });
    await server.query('DROP DATABASE outbox_1');
    await server.query('ALTER DATABASE older RENAME TO outbox_1');

    const looked = await operated.command('check');
    expect(looked.said).toMatch(/The outbox is PostgreSQL outbox_1.public.[^]*LEDGER_AHEAD/);
    expect(looked.code).toBe(1);
    await operated.startStopped('LEDGER_AHEAD');
    expect((await operated.command('check')).said).toContain('A bridge has it open.');
    expect((await operated.command('reconcile')).code).toBe(73);
    await bridge.terminate();

    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    expect((await operated.command('check')).code).toBe(0);
    await bridge.start();
    await drained(operated.url);
    for (const id of posted) {
      expect((await operated.post(topic, id)).body['duplicate']).toBe(true);
    }
    expect(await operated.idsIn(topic)).toEqual(posted.toSorted());
  }, 240_000);

  it('backup and recover name the tools of PostgreSQL', async () => {
    expect((await operated.command('backup', '/nowhere/at/all')).said).toContain('pg_dump');
    expect((await operated.command('recover')).code).toBe(2);
  });
});
