import { until } from '../support/bridge-api.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

/** A load balancer must find the instances that can still store something. */
describe('GET /health/ready while PostgreSQL does not answer', () => {
  let postgres: PostgresServer;
  let bridge: BridgeProcess;
  let outbox: string;

  beforeAll(async () => {
    postgres = await startPostgres();
    outbox = await postgres.database();
    bridge = await BridgeProcess.start({
      env: { KAFKA_BROKERS: '127.0.0.1:1', OUTBOX_URL: outbox },
    });
  });
  afterAll(async () => {
    await bridge?.kill();
    await postgres?.stop();
  });

  const ready = async (): Promise<unknown> => {
    const response = await fetch(`${bridge.url}/health/ready`);
    const { code } = (await response.json()) as { readonly code?: string };
    return code ?? response.status;
  };
  const allow = (allowed: boolean) =>
    postgres.query(
      `ALTER DATABASE ${new URL(outbox).pathname.slice(1)} ALLOW_CONNECTIONS ${allowed}`,
    );

  it('is 503 storage_unavailable, and 200 again by itself', async () => {
    await until('it is ready', ready, (code) => code === 200);
    await allow(false);
    await postgres.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ponte-outbox'",
    );
    await until('it says so', ready, (code) => code === 'storage_unavailable');
    await allow(true);
    await until('it is ready again', ready, (code) => code === 200);
  });
});
