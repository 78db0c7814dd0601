import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { DOCUMENT, OPERATIONS } from './openapi-schemas.js';
import { runPage, type PageElement } from './page-dom.js';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

let page: PageElement;
const sent: Sent[] = [];

beforeAll(async () => {
  const script = await readFile(join(PROJECT_ROOT, 'apps/bridge/src/openapi/page/docs.js'), 'utf8');
  page = await runPage(script, (url, init) => {
    if (url === '/openapi.json') return Promise.resolve(Response.json(DOCUMENT));
    if (init !== undefined) sent.push({ url, init });
    return Promise.resolve(new Response('{"error_code":200}\r\n{"error_code":202}\r\n'));
  });
});

function shown(id: string): PageElement {
  const found = page.all().find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} is not on the page`);
  return found;
}

/** Fills in the form of an operation and sends it. */
async function send(id: string, values: Readonly<Record<string, string>>): Promise<string> {
  const form = shown(id).querySelector('form');
  for (const field of form?.all() ?? []) {
    const value = values[field.name];
    if (value === undefined) continue;
    field.value = value;
    field.listeners.get('change')?.({ preventDefault: () => undefined });
  }
  const output = shown(id).children.find(
    (one) => typeof one !== 'string' && one.tag === 'pre',
  ) as PageElement;
  form?.listeners.get('submit')?.({ preventDefault: () => undefined });
  while (!output.textContent.includes('\n')) await new Promise((run) => setImmediate(run));
  return output.textContent;
}

test('shows every operation under each of its languages, and its id once', () => {
  const all = page.children.filter((one): one is PageElement => typeof one !== 'string');
  expect(all.filter(({ tag }) => tag === 'h2').map(({ text }) => text)).toEqual(
    DOCUMENT.tags.map(({ name }) => name),
  );
  const places = OPERATIONS.flatMap(({ tags }) => tags).length;
  expect(all.filter(({ tag }) => tag === 'details')).toHaveLength(places);
  expect(page.all().flatMap(({ id }) => (id === '' ? [] : id))).toHaveLength(OPERATIONS.length);
});

test('shows each answer in each of its types', () => {
  for (const { operationId, path, responses } of OPERATIONS) {
    const types = Object.values(responses).flatMap(({ content = {} }) => Object.keys(content));
    const codes = shown(operationId).querySelectorAll('code');
    expect(codes.map(({ text }) => text)).toEqual([path, ...types]);
  }
});

test('sends the body of the type that is chosen, and asks for the type that is chosen', async () => {
  await send('postRecord', {
    'path:topic': 'a b',
    'query:async': 'true',
    type: 'application/vnd.kafka.binary.v2+json',
    accept: 'application/vnd.kafka.v1+json',
  });
  const { url, init } = sent.at(-1) as Sent;
  expect([url, init.method, init.headers]).toEqual([
    '/topics/a%20b?async=true',
    'POST',
    {
      'Content-Type': 'application/vnd.kafka.binary.v2+json',
      Accept: 'application/vnd.kafka.v1+json',
    },
  ]);
  expect(JSON.parse(init.body as string)).toHaveProperty('records');
});

test('asks for no type where none is chosen, and shows the lines of a stream as they are', async () => {
  const output = await send('v3PostRecords', { 'path:cluster': 'c', 'path:topic': 't' });
  const { url, init } = sent.at(-1) as Sent;
  expect([url, init.headers]).toEqual([
    '/v3/clusters/c/topics/t/records',
    { 'Content-Type': 'application/json' },
  ]);
  expect(output).toContain('{"error_code":200}\r\n{"error_code":202}');
});
