import { size } from './report.js';
import type { TopHealth, TopPipeline, TopSample } from './top-sample.js';

/** What is shorter is the usual way of things. */
const STUCK_MS = 1_000;
const LANES = 64;

/**
 * What is shown, line by line. Pure.
 * @param before the sample before it, of which the rates are made; null: there are none yet.
 */
export function frame(url: string, now: TopSample, before: TopSample | null): readonly string[] {
  const { health, at } = now;
  return [
    `Ponte ${url}   ${health.status}   up ${ago(health.uptime * 1_000)}   ${new Date(at).toISOString().slice(0, 19)}Z`,
    '',
    ...rates(now, before),
    '',
    ...backlog(now),
    '',
    ...pipelines(health, at),
    ...apart(health, at),
    ...closed(health),
  ].map(withoutControls);
}

function rates(now: TopSample, before: TopSample | null): readonly string[] {
  const perSecond = (name: keyof TopHealth['metrics']): string => {
    if (before === null || now.at <= before.at) return '-';
    const more = now.health.metrics[name] - before.health.metrics[name];
    return `${((more * 1_000) / (now.at - before.at)).toFixed(1)}/s`;
  };
  return [
    line(
      'accepted',
      perSecond('totalReceived'),
      `${number(now.health.metrics.totalReceived)} in all`,
    ),
    line('delivered', perSecond('totalSent'), `${number(now.health.metrics.totalSent)} in all`),
    line(
      'refused tries',
      perSecond('totalFailed'),
      `${number(now.health.metrics.totalFailed)} in all`,
    ),
    line('dead', perSecond('totalDLQ'), `${number(now.health.metrics.totalDLQ)} in all`),
  ];
}

function backlog({ health, figures }: TopSample): readonly string[] {
  const figure = (name: string): number => figures.get(name) ?? 0;
  const { pending, failed, dlq } = health.outbox;
  const oldest = figure('ponte_outbox_oldest_open_seconds') * 1_000;
  const free = figures.get('ponte_storage_free_bytes');
  const waiting = `${number(pending)} pending, ${number(failed)} failed`;
  const instances = figure('ponte_instances');
  return [
    line(
      'backlog',
      waiting,
      `${size(figure('ponte_outbox_open_bytes'))}, the oldest ${ago(oldest)}`,
    ),
    line('dead letters', number(dlq), dlq > 0 ? 'GET /admin/dead-letters' : ''),
    line('lanes', `${figure('ponte_lanes')} of ${LANES}`, `instances: ${instances}`),
    line('keys blocked', number(figure('ponte_blocked_keys')), ''),
    line('disk', free === undefined || free === 0 ? '-' : `${size(free)} free`, ''),
  ];
}

function pipelines({ details }: TopHealth, at: number): readonly string[] {
  const all = details.kafka?.pipelines ?? [];
  return [
    line('pipeline', 'state', 'stuck since, why'),
    ...all.map((one) => line(one.name, one.state, whyStuck(one, at))),
  ];
}

function whyStuck(pipeline: TopPipeline, at: number): string {
  const { stopped_by: stoppedBy, waiting_since: since, last_error_code: code } = pipeline;
  if (stoppedBy !== null) return `${stoppedBy}: a person must look (docs/operations.md)`;
  const age = since === null ? 0 : at - Date.parse(since);
  if (age < STUCK_MS) return '';
  const words = pipeline.last_error === null ? '' : `: ${pipeline.last_error}`;
  return `${ago(age)}${code === null ? '' : `, ${code}${words}`}`;
}

function apart({ details }: TopHealth, at: number): readonly string[] {
  const { quarantined = 0, waiting_apart: shown = [] } = details.kafka ?? {};
  if (quarantined === 0) return [];
  const more = quarantined - shown.length;
  return [
    '',
    line('waits apart', '', ''),
    ...shown.map(({ topic, partition, code, since }) => {
      const name = partition === null ? topic : `${topic}-${partition}`;
      return line(name, ago(at - Date.parse(since)), code);
    }),
    ...(more > 0 ? [`and ${number(more)} more`] : []),
  ];
}

/** Why no record is accepted, and what the database says. */
function closed({ details: { intake, storage } }: TopHealth): readonly string[] {
  const refused =
    intake?.code === undefined ? [] : [`not accepting: ${intake.code}, ${intake.message}`];
  const away = storage?.status === 'down' ? [`the database: ${storage.message ?? 'down'}`] : [];
  const all = [...refused, ...away];
  return all.length === 0 ? [] : ['', ...all];
}

function line(name: string, value: string, more: string): string {
  return `${name.padEnd(16)} ${value.padEnd(24)} ${more}`.trimEnd();
}

const number = (count: number): string => count.toLocaleString('en-US');

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** A time in its largest unit. */
function ago(ms: number): string {
  const [unit, name] = UNITS.find(([of]) => ms >= of) ?? [1_000, 's'];
  return `${Math.max(0, Math.floor(ms / unit))} ${name}`;
}

/** What a broker says is shown; what it would do to the terminal is not done. */
function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
