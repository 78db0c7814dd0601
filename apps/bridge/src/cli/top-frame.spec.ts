import { frame } from './top-frame.js';
import { figuresOf, type TopHealth, type TopSample } from './top-sample.js';

const AT = Date.parse('2026-11-26T12:00:00Z');
const WELL: TopHealth = {
  status: 'healthy',
  uptime: 3_661,
  outbox: { pending: 0, failed: 0, dlq: 0 },
  metrics: { totalReceived: 1_000, totalSent: 1_000, totalFailed: 0, totalDLQ: 0 },
  details: {
    intake: {},
    storage: { status: 'up' },
    kafka: {
      pipelines: [
        {
          name: 'main-0',
          state: 'idle',
          stopped_by: null,
          waiting_since: null,
          last_error_code: null,
          last_error: null,
        },
      ],
      quarantined: 0,
      waiting_apart: [],
    },
  },
};
const FIGURES = `# HELP ponte_lanes Lanes
ponte_lanes 64
ponte_instances 1
ponte_blocked_keys 0
ponte_outbox_open_bytes 0
ponte_outbox_oldest_open_seconds 0
ponte_storage_free_bytes 1.073741824e+10
ponte_outbox_records{status="sent"} 7
`;
const sampleOf = (health: TopHealth, at = AT, figures = FIGURES): TopSample => ({
  at,
  health,
  figures: figuresOf(figures),
});
const text = (now: TopSample, before: TopSample | null = null): string =>
  frame('http://127.0.0.1:8081', now, before).join('\n');

test('a bridge that is well', () => {
  const { metrics } = WELL;
  const before = { ...WELL, metrics: { ...metrics, totalReceived: 500, totalSent: 750 } };
  expect(text(sampleOf(WELL), sampleOf(before, AT - 2_000))).toBe(
    `Ponte http://127.0.0.1:8081   healthy   up 1 h   2026-11-26T12:00:00Z

accepted         250.0/s                  1,000 in all
delivered        125.0/s                  1,000 in all
refused tries    0.0/s                    0 in all
dead             0.0/s                    0 in all

backlog          0 pending, 0 failed      0.0 MiB, the oldest 0 s
dead letters     0
lanes            64 of 64                 instances: 1
keys blocked     0
disk             10.0 GiB free

pipeline         state                    stuck since, why
main-0           idle`,
  );
});

test('what is stuck, since when and why', () => {
  const pipeline = WELL.details.kafka?.pipelines[0];
  if (pipeline === undefined) throw new Error('There is no pipeline');
  const since = (ms: number): string => new Date(AT - ms).toISOString();
  const ill: TopHealth = {
    ...WELL,
    status: 'unhealthy',
    outbox: { pending: 1_234, failed: 3, dlq: 2 },
    details: {
      intake: { code: 'queue_full', message: 'Too much waits for Kafka' },
      storage: { status: 'down', message: 'timeout' },
      kafka: {
        pipelines: [
          {
            ...pipeline,
            state: 'waiting',
            waiting_since: since(130_000),
            last_error_code: 'kafka_unavailable',
            last_error: 'no broker\u001B[2J answers',
          },
          { ...pipeline, name: 'side', state: 'delivering', waiting_since: since(200) },
          { ...pipeline, name: 'plain', state: 'stopped', stopped_by: 'LEDGER_AHEAD' },
        ],
        quarantined: 22,
        waiting_apart: [
          { topic: 'nf', partition: 2, code: 'not_enough_replicas', since: since(90_000_000) },
          { topic: 'gone', partition: null, code: 'unknown_topic', since: since(5_000) },
        ],
      },
    },
  };
  const shown = text(sampleOf(ill, AT, FIGURES.replace('seconds 0', 'seconds 131')));
  expect(shown).toContain('accepted         -');
  expect(shown).toContain('backlog          1,234 pending, 3 failed  0.0 MiB, the oldest 2 min');
  expect(shown).toContain('dead letters     2                        GET /admin/dead-letters');
  expect(shown.slice(shown.indexOf('pipeline'))).toBe(
    `pipeline         state                    stuck since, why
main-0           waiting                  2 min, kafka_unavailable: no broker [2J answers
side             delivering
plain            stopped                  LEDGER_AHEAD: a person must look (docs/operations.md)

waits apart
nf-2             1 d                      not_enough_replicas
gone             5 s                      unknown_topic
and 20 more

not accepting: queue_full, Too much waits for Kafka
the database: timeout`,
  );
});
