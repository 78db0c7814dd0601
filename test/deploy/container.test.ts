import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { go, pythonWith, run } from '../support/foreign-tools.js';

/* What cannot be run without an engine is read as those read it who run it; deploy/container/try.sh builds and runs the image. */

const LIMIT_MS = 300_000;
const container = (name: string): string => join(PROJECT_ROOT, 'deploy', 'container', name);

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string }[];
  readonly stop_grace_period?: string;
}

async function services(): Promise<Readonly<Record<string, Service>>> {
  const project = await run(await go(), ['run', '.', container('compose.yaml')], {
    cwd: join(PROJECT_ROOT, 'test', 'deploy', 'compose-config'),
  });
  return (JSON.parse(project) as { readonly services: Record<string, Service> }).services;
}

test('hadolint finds nothing in the Dockerfile', async () => {
  const python = await pythonWith(join(PROJECT_ROOT, 'test', 'deploy', 'requirements.txt'));
  const hadolint = join(python, '..', 'hadolint');
  expect(await run(hadolint, ['--failure-threshold', 'style', container('Dockerfile')])).toBe('');
}, 180_000);

describe('compose.yaml, as docker compose config reads it', () => {
  test(
    'is three brokers, the bridge, Prometheus and Grafana, each of a certain version',
    async () => {
      const all = await services();
      expect(Object.keys(all).toSorted()).toEqual([
        'bridge',
        'grafana',
        'kafka-1',
        'kafka-2',
        'kafka-3',
        'prometheus',
      ]);
      const { bridge, ...others } = all;
      for (const { image } of Object.values(others)) expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
      expect(bridge?.environment?.['KAFKA_BROKERS']).toBe('kafka-1:9092,kafka-2:9092,kafka-3:9092');
    },
    LIMIT_MS,
  );

  test(
    'lets the bridge write to its volume only, and gives it the time that a stop takes',
    async () => {
      const { bridge } = await services();
      expect(bridge).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        stop_grace_period: '35s',
      });
      expect(bridge?.volumes).toEqual([
        expect.objectContaining({ type: 'volume', source: 'outbox', target: '/var/lib/ponte' }),
      ]);
    },
    LIMIT_MS,
  );

  test(
    'lets nobody in from other machines',
    async () => {
      const published = Object.values(await services()).flatMap(({ ports = [] }) => ports);
      expect(published.length).toBeGreaterThan(0);
      for (const { host_ip: address } of published) expect(address).toBe('127.0.0.1');
    },
    LIMIT_MS,
  );
});
