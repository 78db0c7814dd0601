import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { PrometheusProcess, prometheusProgram } from '../../dev/prometheus.js';
import { startBridge, type RunningBridge } from '../http/running-bridge.js';
import { drained, until } from '../support/bridge-api.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { Authority } from '../support/certificates.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { describeWhereNothingIsMissing } from '../support/describe-where.js';
import { run } from '../support/foreign-tools.js';
import { whyNoPrometheus } from '../support/prometheus.js';

/*
 * A real Prometheus, a bridge under load with a real Kafka: what the dashboards ask must be answered, what the runbook
 * says must run. A second bridge has a certificate, which the first one's load would only be slowed by.
 */

const DASHBOARDS = join(PROJECT_ROOT, 'deploy', 'grafana', 'dashboards');
const LIMIT_MS = 300_000;
/** Records at once, again and again. */
const POSTS = 8;

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const observed = describeWhereNothingIsMissing(await whyNoPrometheus());

observed('Prometheus beside a bridge under load', () => {
  let cluster: SharedCluster;
  let folder: string;
  let bridge: BridgeProcess;
  let certified: RunningBridge;
  let prometheus: PrometheusProcess;
  let topic: string;
  let load: { stop(): Promise<void> };

  beforeAll(async () => {
    cluster = await sharedCluster();
    topic = await cluster.createTopic('observed');
    // Below the project, so that `npm run` finds it from there; with the folder `data`, as in a usual installation.
    await mkdir(join(PROJECT_ROOT, 'dist'), { recursive: true });
    folder = await mkdtemp(join(PROJECT_ROOT, 'dist', 'observed-'));
    bridge = await BridgeProcess.start({
      env: {
        KAFKA_BROKERS: cluster.bootstrap.join(','),
        OUTBOX_URL: `sqlite:${join(folder, 'data', 'outbox.db')}`,
        OUTBOX_BALLAST: '0',
        MIN_FREE_DISK: '1 MiB',
        MAX_ATTEMPTS: '1',
      },
    });
    certified = await withCertificate(folder);
    load = keepPosting(`${bridge.url}/topics/${topic}`);
    const config = await configuration(folder, bridge.port, certified.port);
    prometheus = await PrometheusProcess.start(config, folder);
  }, LIMIT_MS);

  afterAll(async () => {
    await load.stop();
    await prometheus.stop();
    await certified.stop();
    await bridge.kill();
    await cluster.release();
    await rm(folder, { recursive: true, force: true });
  }, LIMIT_MS);

  /** The project's own configuration and rules, with these bridges and at the pace of a test. */
  async function configuration(into: string, port: number, tlsPort: number): Promise<string> {
    const rules = await readFile(join(PROJECT_ROOT, 'deploy/prometheus/alerts.yml'));
    await writeFile(join(into, 'alerts.yml'), rules);
    const given = await readFile(join(PROJECT_ROOT, 'deploy/prometheus/prometheus.yml'), 'utf8');
    const second = [
      '  - job_name: ponte-certified',
      '    scheme: https',
      '    tls_config:',
      `      ca_file: ${join(into, 'ca.pem')}`,
      '    static_configs:',
      `      - targets: ['127.0.0.1:${tlsPort}']`,
    ];
    const text = given
      .replace('127.0.0.1:8081', `127.0.0.1:${port}`)
      .replace('scrape_interval: 15s', 'scrape_interval: 1s')
      .replace('scrape_timeout: 10s', 'scrape_timeout: 1s')
      .replace('evaluation_interval: 15s', 'evaluation_interval: 1s');
    const path = join(into, 'prometheus.yml');
    await writeFile(path, `${text}\n${second.join('\n')}\n`);
    return path;
  }

  async function withCertificate(into: string): Promise<RunningBridge> {
    const authority = await Authority.create('observed');
    const { cert, key } = await authority.issue({ name: 'bridge', hosts: ['127.0.0.1'] });
    await Promise.all([
      writeFile(join(into, 'ca.pem'), authority.cert),
      writeFile(join(into, 'cert.pem'), cert),
      writeFile(join(into, 'key.pem'), key),
    ]);
    return startBridge({
      TLS_CERT_PATH: join(into, 'cert.pem'),
      TLS_KEY_PATH: join(into, 'key.pem'),
    });
  }

  function keepPosting(url: string): { stop(): Promise<void> } {
    const ending = new AbortController();
    const one = async (name: number): Promise<void> => {
      for (let at = 0; !ending.signal.aborted; at++) {
        const body = JSON.stringify({ key: `k${name}`, data: { at } });
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(url, { method: 'POST', headers, body });
        await response.arrayBuffer();
      }
    };
    const all = Promise.all(Array.from({ length: POSTS }, (_, name) => one(name)));
    return {
      stop: async () => {
        ending.abort();
        await all;
      },
    };
  }

  async function panels(): Promise<readonly (readonly [dashboard: string, panel: Panel])[]> {
    const found: [string, Panel][] = [];
    for (const name of await readdir(DASHBOARDS)) {
      const text = await readFile(join(DASHBOARDS, name), 'utf8');
      const { panels: own } = JSON.parse(text) as { readonly panels: readonly Panel[] };
      found.push(...own.map((panel) => [name, panel] as [string, Panel]));
    }
    return found;
  }

  /** As Grafana would write it: all bridges, and a time that holds some scrapes. */
  const asAsked = (expression: string): string =>
    expression.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*');

  /** What the bridge says to Prometheus. */
  async function scraped(): Promise<string> {
    const response = await fetch(`${bridge.url}/metrics`, { headers: { accept: 'text/plain' } });
    return response.text();
  }

  test(
    'every query of every panel has data that are numbers',
    async () => {
      const all = await panels();
      expect(new Set(all.map(([name]) => name)).size).toBe(3);
      for (const [name, { title, targets }] of all) {
        expect(targets.length).toBeGreaterThan(0);
        for (const { expr } of targets) {
          await until(
            `${name}, ${title}: ${expr}`,
            () => prometheus.query(asAsked(expr)),
            (samples) =>
              samples.length > 0 && samples.every(({ value }) => Number.isFinite(Number(value[1]))),
          );
        }
      }
    },
    LIMIT_MS,
  );

  test('each step of a record, each batch and each commit was measured', async () => {
    const steps = await until(
      'each step has happened',
      () => prometheus.query('ponte_step_seconds_count{job="ponte"} > 0'),
      (samples) => samples.length === 6,
    );
    expect(steps.map(({ metric }) => metric['step']).toSorted()).toEqual([
      'accept',
      'append',
      'commit',
      'confirm',
      'open',
      'settle',
    ]);
    // At rest, so that nothing happens between two figures of one scrape.
    await load.stop();
    await drained(bridge.url);
    const text = await scraped();
    const value = (name: string): number =>
      Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    const sent = value('ponte_records_sent_total');
    expect(sent).toBeGreaterThan(0);
    expect(value('ponte_batch_records_sum\\{kind="records"\\}')).toBe(sent);
    expect(value('ponte_batch_bytes_sum\\{kind="records"\\}')).toBeGreaterThan(sent * 8);
    expect(value('ponte_storage_commit_changes_sum')).toBeGreaterThanOrEqual(sent);
    expect(text).toMatch(/^ponte_pipeline_state\{pipeline="main-0",state="stopped"\} 0$/m);
  });

  test('the certificate that ends first is told', async () => {
    const samples = await until(
      'the certificate is scraped',
      () => prometheus.query('ponte_certificate_not_after_timestamp_seconds - time()'),
      (found) => found.length > 0,
    );
    expect(samples.map(({ metric }) => metric['use'])).toEqual(['server']);
    const left = Number(samples[0]?.value[1]);
    // The test's certificates are good for a day.
    expect(left).toBeGreaterThan(20 * 3_600);
    expect(left).toBeLessThanOrEqual(24 * 3_600);
  });

  test('promtool finds nothing to complain about', async () => {
    const path = join(folder, 'metrics.txt');
    await writeFile(path, await scraped());
    const said = await run('sh', [
      '-c',
      `"$0" check metrics < "$1" 2>&1`,
      await prometheusProgram('promtool'),
      path,
    ]);
    expect(said.trim()).toBe('');
  });

  test('nothing is wrong, and only what is told to be is an alert', async () => {
    await until(
      'the certificate of a day is an alert',
      () => prometheus.query('ALERTS{alertname="PonteCertificateEnds", alertstate="firing"}'),
      (found) => found.length === 1,
    );
    const firing = await prometheus.query('ALERTS{job="ponte", alertstate="firing"}');
    expect(firing.map(({ metric }) => metric['alertname'])).toEqual([]);
  });

  test(
    'a record that Kafka refuses is in the figures, and an alert',
    async () => {
      const small = await cluster.createTopic('observed-small', {
        config: { 'max.message.bytes': '1000' },
      });
      const response = await fetch(`${bridge.url}/topics/${small}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'wait=0' },
        body: JSON.stringify({ data: 'x'.repeat(5_000) }),
      });
      expect(response.status).toBe(201);
      for (const expression of [
        'ALERTS{alertname="PonteDeadLetters", alertstate="firing"}',
        'ponte_records_buried_total{job="ponte"} == 1',
        'ponte_outbox_records{job="ponte", status="dlq"} == 1',
        // Its own batch was given up, and the producer with it.
        'ponte_producer_restarts_total{job="ponte"} > 0',
        'ponte_batch_records_sum{job="ponte", kind="dead-letters"} == 1',
      ]) {
        await until(
          expression,
          () => prometheus.query(expression),
          (found) => found.length === 1,
        );
      }
    },
    LIMIT_MS,
  );

  test(
    'every command of the runbook runs',
    async () => {
      const runbook = await readFile(join(PROJECT_ROOT, 'docs/runbook.md'), 'utf8');
      const blocks = [...runbook.matchAll(/^```sh\n(.+?)^```$/gms)].map((match) => match[1] ?? '');
      const all = blocks.flatMap((block) => block.trim().split('\n'));
      // What stops the bridge, and what needs it stopped, runs on a game day (test/dev/gameday.test.ts).
      const lines = new Set(all.filter((line) => !/^systemctl|reconcile|backup/.test(line)));
      expect(lines.size).toBeGreaterThan(10);
      for (const line of lines) {
        const command = line
          .replace('http://127.0.0.1:8081', bridge.url)
          .replace(/^curl /, 'curl --fail-with-body ');
        const said = await run('sh', ['-c', command], { cwd: folder, env: bridge.env });
        expect(said).not.toBe('');
      }
    },
    LIMIT_MS,
  );
});
