import type { Drain } from './backlog.js';
import { figuresOf, merge, type Figures, type Measurement } from './measurement.js';
import { RECORDS_PER_LIST, RECORDS_PER_LOOP, type Subject } from './plan.js';
import type { MeasuredCell } from './rates.js';
import type { Mode } from './stack.js';

const NAMES: Readonly<Record<Subject, string>> = {
  'kafkajs-single': 'bare kafkajs, each client its own send',
  'kafkajs-batches': 'bare kafkajs, waiting sends in one batch',
  'kafkajs-transactions': 'bare kafkajs, each batch a ledger transaction',
  'delivered-exactly-once': '**Ponte delivered, exactly once**',
  'delivered-at-least-once': '**Ponte delivered, at least once**',
  'bare-echo': 'bare Fastify echo',
  'bare-commit': 'bare SQLite, what waits in one commit',
  'accepted-exactly-once': '**Ponte accepted, exactly once**',
  'accepted-at-least-once': '**Ponte accepted, at least once**',
  'kafkajs-lists': `bare kafkajs, one loop of batches of ${RECORDS_PER_LOOP}`,
  'kafkajs-synced': 'bare kafkajs, each record written and synced to a file first',
  'lists-delivered': `**Ponte delivered, exactly once, ${RECORDS_PER_LIST} records a POST**`,
  'lists-delivered-at-least-once': `**Ponte delivered, at least once, ${RECORDS_PER_LIST} records a POST**`,
  'lists-accepted': `**Ponte accepted, exactly once, ${RECORDS_PER_LIST} records a POST**`,
};

/** What each is compared with, and under which short name. */
const BASELINES: Readonly<Partial<Record<Subject, readonly (readonly [Subject, string])[]>>> = {
  'kafkajs-batches': [['kafkajs-single', 'own sends']],
  'kafkajs-transactions': [['kafkajs-batches', 'batches']],
  'delivered-exactly-once': [
    ['kafkajs-single', 'own sends'],
    ['kafkajs-batches', 'batches'],
    ['kafkajs-transactions', 'transactions'],
    ['bare-echo', 'echo'],
  ],
  'delivered-at-least-once': [
    ['kafkajs-single', 'own sends'],
    ['kafkajs-batches', 'batches'],
    ['bare-echo', 'echo'],
  ],
  'accepted-exactly-once': [
    ['bare-echo', 'echo'],
    ['bare-commit', 'commits'],
  ],
  'accepted-at-least-once': [
    ['bare-echo', 'echo'],
    ['bare-commit', 'commits'],
  ],
  'lists-delivered': [['delivered-exactly-once', 'single POSTs']],
  'lists-accepted': [['accepted-exactly-once', 'single POSTs']],
};

type Row = readonly [string, string, string, string, string, string];

/** The whole run as one Markdown table. */
export function reportOf(
  cells: readonly MeasuredCell[],
  backlog: Readonly<Record<Mode, Drain>>,
  perfToolPerSecond: number,
): string {
  const rows = cells.map((cell) =>
    rowOf(
      cell,
      cells.filter(({ clients }) => clients === cell.clients),
    ),
  );
  return table([...rows, perfToolRow(perfToolPerSecond), ...backlogRows(backlog)]);
}

function rowOf(cell: MeasuredCell, sameClients: readonly MeasuredCell[]): Row {
  const whole = merge(cell.rounds);
  const ratios = (BASELINES[cell.subject] ?? []).flatMap(([subject, name]) => {
    const baseline = sameClients.find((other) => other.subject === subject);
    return baseline === undefined ? [] : [`${ratio(cell.rounds, baseline.rounds)} ${name}`];
  });
  return [
    `${NAMES[cell.subject]}${remarks(whole)}`,
    String(cell.clients),
    ...cellsOf(figuresOf(whole)),
    ratios.join('<br>'),
  ];
}

function cellsOf({ perSecond, p50, p99 }: Figures): [string, string, string] {
  return [rate(perSecond), milliseconds(p50), milliseconds(p99)];
}

/** The ratio of all records, and the lowest and the highest ratio of one round to the same round's baseline. */
export function ratio(own: readonly Measurement[], baseline: readonly Measurement[]): string {
  const perSecond = (rounds: readonly Measurement[]): number => figuresOf(merge(rounds)).perSecond;
  const all = perSecond(own) / perSecond(baseline);
  const each = own.flatMap((round, number) => {
    const beside = baseline[number];
    return beside === undefined ? [] : [perSecond([round]) / perSecond([beside])];
  });
  if (each.length < 2) return `${all.toFixed(2)} ×`;
  return `${all.toFixed(2)} × (${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)})`;
}

function remarks({ unexpected }: Measurement): string {
  const all = Object.entries(unexpected).map(([what, count]) => `${count} with ${what}`);
  return all.length === 0 ? '' : `; ${all.join(', ')}`;
}

function perfToolRow(perSecond: number): Row {
  const name =
    "Kafka's own perf tool (Java), as fast as it goes; nothing stored, nobody waits for one";
  return [name, '–', rate(perSecond), '–', '–', ''];
}

function backlogRows(backlog: Readonly<Record<Mode, Drain>>): Row[] {
  return Object.entries(backlog).map(([mode, drain]): Row => {
    const { perSecond, firstAfterMs, acceptedPerSecond, kafkaJsPerSecond } = drain;
    const beside = mode === 'exactly-once' ? 'full transactions' : 'full batches';
    return [
      `**Ponte drains a backlog, ${mode.replaceAll('-', ' ')}**; the first record ${Math.round(firstAfterMs)} ms after Kafka went on; accepted at ${rate(acceptedPerSecond)}/s before`,
      '–',
      rate(perSecond),
      '–',
      '–',
      `${(perSecond / kafkaJsPerSecond).toFixed(2)} × bare kafkajs, ${beside} (${rate(kafkaJsPerSecond)}/s)`,
    ];
  });
}

const HEAD: Row = ['what', 'clients', 'records/s', 'p50 ms', 'p99 ms', 'of the baseline beside it'];

function table(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(HEAD), line(['---', '--:', '--:', '--:', '--:', '---']), ...rows.map(line)].join(
    '\n',
  );
}

function rate(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en-GB');
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
