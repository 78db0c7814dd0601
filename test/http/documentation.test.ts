import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTRUMENTS, type Instrument } from '@bridge/metrics';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { TOPIC_VARIABLES, Variables } from '../../apps/bridge/src/config/variables.js';
import { PROBLEMS, REST_PROXY_CODES } from '../../apps/bridge/src/problem/index.js';

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');

/** The cells of every table row that begins with a name in code marks. */
function rows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const bare = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '');

/** The section of a Markdown text with this heading. */
function section(markdown: string, heading: string): string {
  const found = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`There is no section ${heading}`);
  return found;
}

/** The members of a type that is a union of quoted names. */
async function union(path: string, type: string): Promise<string[]> {
  const source = await file(path);
  const body = new RegExp(`export type ${type} =([^;]+);`).exec(source)?.[1];
  if (body === undefined) throw new Error(`${path} has no type ${type}`);
  return [...body.matchAll(/'([^']+)'/g)].map((match) => match[1] as string);
}

describe('docs/configuration.md', () => {
  test('lists every variable with its default, and no other', async () => {
    const documented = rows(await file('docs/configuration.md')).map(([name, value]) => [
      bare(name),
      bare(value),
    ]);
    const general = documented.filter(([name]) => !name?.includes('<'));
    expect(general.toSorted()).toEqual(Object.entries(new Variables()).toSorted());
    const topical = documented.map(([name]) => name).filter((name) => name?.includes('<'));
    expect(topical.toSorted()).toEqual(
      TOPIC_VARIABLES.map((prefix) => `${prefix}<TOPIC>`).toSorted(),
    );
  });

  test('agrees with .env.example', async () => {
    const example = (await file('.env.example'))
      .split('\n')
      .flatMap((line) => /^#([A-Z0-9_]+)=(.*)$/.exec(line)?.slice(1) ?? []);
    const pairs = example.flatMap((name, at) => (at % 2 === 0 ? [[name, example[at + 1]]] : []));
    const defaults = Object.entries(new Variables()).map(([name, value]) => [
      name,
      value.replaceAll(' ', ''),
    ]);
    expect(pairs.toSorted()).toEqual(defaults.toSorted());
  });
});

describe('docs/errors.md', () => {
  test('lists every code of an answer with its status, and no other', async () => {
    const text = section(await file('docs/errors.md'), 'Codes of answers');
    const documented = rows(text).map(([code, status]) => [bare(code), Number(status)]);
    const known = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
    expect(documented.toSorted()).toEqual(known.toSorted());
  });

  test('lists every five-digit code with its status, and no other', async () => {
    const text = section(await file('docs/errors.md'), 'Codes of the Kafka REST Proxy');
    const documented = rows(text).map(([code, status]) => [bare(code), Number(status)]);
    expect(documented.toSorted()).toEqual(Object.entries(REST_PROXY_CODES).toSorted());
  });

  test('lists every code of Kafka, and no other', async () => {
    const text = section(await file('docs/errors.md'), 'Codes of Kafka');
    const known = await union('libs/kafka/src/kafka.error.ts', 'KafkaErrorCode');
    expect(
      rows(text)
        .map(([code]) => bare(code))
        .toSorted(),
    ).toEqual(known.toSorted());
  });

  test('explains every code of the outbox, and no other', async () => {
    const markdown = await file('docs/errors.md');
    const text = section(markdown, 'Codes of the outbox');
    const known = await union('libs/outbox/src/outbox.error.ts', 'OutboxErrorCode');
    const own = rows(text).map(([code]) => bare(code));
    const shared = known.filter((code) => code in PROBLEMS);
    expect([...own, ...shared].toSorted()).toEqual(known.toSorted());
    for (const code of shared) expect(text).toContain(`\`${code}\``);
  });
});

test('docs/metrics.md lists every instrument as it is, and no other', async () => {
  const documented = rows(await file('docs/metrics.md')).map(([name, kind, labels, help]) => [
    bare(name),
    kind,
    bare(labels),
    help,
  ]);
  const known = Object.values<Instrument>(INSTRUMENTS).map(({ name, kind, labels, help }) => [
    name,
    kind,
    labels.join(', '),
    help,
  ]);
  expect(documented.toSorted()).toEqual(known.toSorted());
});
