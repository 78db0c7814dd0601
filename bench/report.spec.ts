import type { Drain } from './backlog.js';
import type { Measurement } from './measurement.js';
import { ratio, reportOf } from './report.js';

const records = (count: number, ms: number, unexpected = {}): Measurement => ({
  seconds: 2,
  latenciesMs: new Float64Array(count).fill(ms),
  recordsPerAnswer: 1,
  unexpected,
});

const drain: Drain = {
  perSecond: 4_000,
  firstAfterMs: 321.4,
  acceptedPerSecond: 5_000,
  kafkaJsPerSecond: 8_000,
};
const TOOL_RATE = 50_000;
const backlog = { 'exactly-once': drain, 'at-least-once': drain };

describe('a ratio', () => {
  it('is that of all rounds, with the range over the rounds', () => {
    const own = [records(100, 1), records(50, 1)];
    const baseline = [records(100, 1), records(200, 1)];
    expect(ratio(own, baseline)).toBe('0.50 × (0.25–1.00)');
  });

  it('of one round has no range', () => {
    expect(ratio([records(30, 1)], [records(20, 1)])).toBe('1.50 ×');
  });
});

describe('the report', () => {
  it('puts each cell beside the baseline with as many clients', () => {
    const lines = reportOf(
      [
        { subject: 'bare-echo', clients: 1, rounds: [records(20_000, 0.06)] },
        { subject: 'accepted-exactly-once', clients: 1, rounds: [records(2_000, 12.4)] },
        { subject: 'bare-echo', clients: 32, rounds: [records(4_000, 1)] },
        { subject: 'accepted-exactly-once', clients: 32, rounds: [records(1_000, 1)] },
      ],
      backlog,
      TOOL_RATE,
    ).split('\n');
    expect(lines[2]).toBe('| bare Fastify echo | 1 | 10,000 | 0.1 | 0.1 |  |');
    expect(lines[3]).toBe(
      '| **Ponte accepted, exactly once** | 1 | 1,000 | 12 | 12 | 0.10 × echo |',
    );
    expect(lines[5]).toContain('0.25 × echo');
  });

  it('hides nothing that was not expected', () => {
    const unexpected = { 'status 503': 3 };
    const cell = { subject: 'bare-echo' as const, clients: 1 };
    const report = reportOf([{ ...cell, rounds: [records(1, 1, unexpected)] }], backlog, TOOL_RATE);
    expect(report).toContain('3 with status 503');
  });

  it('has what Kafka’s own tool found', () => {
    expect(reportOf([], backlog, TOOL_RATE).split('\n')[2]).toContain('| 50,000 |');
  });

  it('says how the backlog went', () => {
    const lines = reportOf([], backlog, TOOL_RATE).split('\n').slice(3);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('first record 321 ms after Kafka went on; accepted at 5,000/s');
    expect(lines[0]).toContain('| 4,000 |');
    expect(lines[0]).toContain('0.50 × bare kafkajs, full transactions (8,000/s)');
    expect(lines[1]).toContain('full batches');
  });
});
