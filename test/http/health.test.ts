import { json } from './client.js';
import { NOW, postTo, withBridge } from './with-bridge.js';

describe('health', () => {
  test('is 200 and unhealthy while Kafka is away, because records are accepted', async () => {
    await withBridge({}, async (bridge) => {
      const well = await json(`${bridge.url}/health`);
      expect(well.status).toBe(200);
      expect(well.body).toMatchObject({
        status: 'healthy',
        timestamp: expect.stringMatching(/^\d{4}-/),
        uptime: expect.any(Number),
        kafka: { connected: true, brokers: ['localhost:9092'], acks: 'all' },
        outbox: { enabled: true, pending: 0 },
        metrics: { totalReceived: 0, totalSent: 0, totalFailed: 0, totalRetries: 0, totalDLQ: 0 },
        details: { storage: { status: 'up', synchronous: 'FULL' }, intake: { status: 'up' } },
      });
      bridge.status.isConnected = false;
      const ill = await json(`${bridge.url}/health`);
      expect(ill.status).toBe(200);
      expect(ill.body).toMatchObject({
        status: 'unhealthy',
        kafka: { connected: false },
        details: { kafka: { status: 'degraded' } },
      });
      expect((await json(`${bridge.url}/health/ready`)).status).toBe(200);
    });
  });

  test('asks for a person when a pipeline has stopped, and goes on accepting', async () => {
    await withBridge({}, async (bridge) => {
      const [pipeline] = bridge.status.state.pipelines;
      if (pipeline === undefined) throw new Error('There is no pipeline');
      bridge.status.state = {
        ...bridge.status.state,
        pipelines: [{ ...pipeline, state: 'stopped', stoppedBy: 'LEDGER_AHEAD' }],
      };
      const ready = await json(`${bridge.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(ready.body).toMatchObject({ code: 'LEDGER_AHEAD' });
      expect((await postTo(bridge)).status).toBe(201);
      expect((await json(`${bridge.url}/health/live`)).status).toBe(200);
    });
  });
});

describe('metrics', () => {
  test('are JSON for scripts and text for Prometheus', async () => {
    await withBridge({}, async (bridge) => {
      bridge.relay.confirmAll();
      await postTo(bridge, '{"data":1,"message_id":"a"}', {});
      await postTo(bridge, '{"data":2,"message_id":"b"}', {});
      const { body } = await json(`${bridge.url}/metrics`);
      expect(body).toMatchObject({
        middleware: { uptime: expect.any(Number), connected: true },
        metrics: { totalReceived: 2, totalSent: 2, totalFailed: 0, totalRetries: 0, totalDLQ: 0 },
        outbox: { total: 2, pending: 0, sent: 2, failed: 0, dlq: 0 },
        kafka: { clusterId: 'memory', brokers: [{ nodeId: 1 }], controller: 1 },
      });
      const response = await fetch(`${bridge.url}/metrics`, {
        headers: { accept: 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.4' },
      });
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
      const text = await response.text();
      expect(text).toContain('ponte_records_received_total 2');
      expect(text).toContain('ponte_outbox_records{status="sent"} 2');
      expect(text).toContain('ponte_ready 1');
      expect(text).toMatch(
        /ponte_http_request_seconds_count\{method="POST",route="\/topics\/:topic",status="200"\} 2/,
      );
      expect(text).not.toContain('orders');
    });
  });
});

test('no payload, key or id of a record is in the answers about state', async () => {
  await withBridge({}, async (bridge) => {
    await postTo(bridge, '{"key":"cliente-4711","data":{"cpf":"39053344705"}}', NOW);
    for (const path of ['/health', '/metrics', '/health/ready']) {
      const { body } = await json(`${bridge.url}${path}`);
      expect(JSON.stringify(body)).not.toMatch(/4711|39053344705/);
    }
  });
});
