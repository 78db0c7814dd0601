import type { Paths } from '../openapi.types.js';
import { list, named, object, orNull, text, truth, whole } from '../parts.js';

const MEMORY = object({
  rss: whole('Bytes.'),
  heapTotal: whole(),
  heapUsed: whole(),
  external: whole(),
  arrayBuffers: whole(),
});

const SCHEMA = object({
  middleware: object({
    uptime: { type: 'number', description: 'Seconds.' },
    memory: MEMORY,
    connected: truth(),
  }),
  metrics: named('Totals'),
  outbox: object({
    total: whole(),
    pending: whole(),
    sent: whole(),
    failed: whole(),
    dlq: whole(),
  }),
  kafka: object({
    clusterId: orNull(text()),
    brokers: list(object({ nodeId: whole(), host: text(), port: whole() })),
    controller: orNull(whole()),
  }),
});

const EXAMPLE = {
  middleware: {
    uptime: 86_400.5,
    memory: { rss: 9e7, heapTotal: 5e7, heapUsed: 3e7, external: 4e6, arrayBuffers: 1e6 },
    connected: true,
  },
  metrics: { totalReceived: 5, totalSent: 5, totalFailed: 0, totalRetries: 0, totalDLQ: 0 },
  outbox: { total: 5, pending: 0, sent: 5, failed: 0, dlq: 0 },
  kafka: {
    clusterId: 'x3JrX1fZQ2m',
    brokers: [{ nodeId: 1, host: 'kafka-1', port: 9092 }],
    controller: 1,
  },
};

export const metricsPaths: Paths = {
  '/metrics': {
    get: {
      id: 'metrics',
      tag: 'Operation',
      summary: 'Figures, as JSON or for Prometheus',
      description:
        'Prometheus’ text where `Accept` names text/plain or application/openmetrics-text.',
      answers: {
        200: {
          description: 'The figures; docs/metrics.md explains each.',
          content: {
            'application/json': { schema: SCHEMA, example: EXAMPLE },
            'text/plain': { schema: { type: 'string' } },
          },
        },
      },
      problems: [],
    },
  },
};
