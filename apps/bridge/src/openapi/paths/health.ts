import type { Paths, Schema } from '../openapi.types.js';
import {
  answer,
  choice,
  constant,
  instant,
  list,
  named,
  object,
  text,
  truth,
  whole,
} from '../parts.js';

export const TOTALS = object({
  totalReceived: whole(),
  totalSent: whole(),
  totalFailed: whole(),
  totalRetries: whole(),
  totalDLQ: whole(),
});

const INDICATORS: Schema = {
  type: 'object',
  description: 'What each part says of itself: intake, storage, kafka.',
  additionalProperties: {
    ...object({ status: choice('up', 'down', 'degraded') }),
    additionalProperties: true,
  },
};

export const HEALTH_SCHEMAS: Readonly<Record<string, Schema>> = {
  Totals: TOTALS,
  Health: object({
    status: choice('healthy', 'unhealthy'),
    timestamp: instant(),
    uptime: { type: 'number', description: 'Seconds.' },
    kafka: object({ connected: truth(), brokers: list(text()), acks: constant('all') }),
    outbox: object({ enabled: truth(), pending: whole(), failed: whole(), dlq: whole() }),
    metrics: named('Totals'),
    info: INDICATORS,
    error: INDICATORS,
    details: INDICATORS,
  }),
};

const EXAMPLE = {
  status: 'healthy',
  timestamp: '2026-10-21T10:50:00.000Z',
  uptime: 86_400.5,
  kafka: { connected: true, brokers: ['kafka-1:9092'], acks: 'all' },
  outbox: { enabled: true, pending: 0, failed: 0, dlq: 0 },
  metrics: { totalReceived: 5, totalSent: 5, totalFailed: 0, totalRetries: 0, totalDLQ: 0 },
  info: { intake: { status: 'up' } },
  error: {},
  details: { intake: { status: 'up' } },
};

export const healthPaths: Paths = {
  '/health': {
    get: {
      id: 'health',
      tag: 'Operation',
      summary: 'How the bridge is',
      answers: {
        200: answer(
          'Records are accepted; `status` says whether Kafka takes them.',
          named('Health'),
          EXAMPLE,
        ),
        503: answer('Records are not accepted.', named('Health'), {
          ...EXAMPLE,
          status: 'unhealthy',
        }),
      },
      problems: [],
    },
  },
  '/health/live': {
    get: {
      id: 'live',
      tag: 'Operation',
      open: true,
      summary: 'Whether the process is alive',
      answers: {
        200: answer('It is.', object({ status: constant('alive') }), { status: 'alive' }),
      },
      problems: [],
    },
  },
  '/health/ready': {
    get: {
      id: 'ready',
      tag: 'Operation',
      open: true,
      summary: 'Whether a POST would be accepted',
      answers: {
        200: answer('It would.', object({ status: constant('ready') }), { status: 'ready' }),
      },
      problems: [
        'queue_full',
        'storage_low',
        'storage_unavailable',
        'shutting_down',
        'kafka_unavailable',
        'LEDGER_AHEAD',
        'KAFKA_WENT_BACK',
        'RECONCILE_NEEDED',
      ],
    },
  },
};
