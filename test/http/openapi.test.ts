import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { BridgeHttpAdapter } from '../../apps/bridge/src/http/index.js';
import { OUTSIDE } from '../../apps/bridge/src/openapi/index.js';
import { PROBLEMS } from '../../apps/bridge/src/problem/index.js';
import { checkerOf, DOCUMENT, OPERATIONS } from './openapi-schemas.js';
import { withBridge } from './with-bridge.js';

/** The routes and codes of the Kafka REST Proxy's languages, which docs/kafka-rest.md describes. */
const OTHER_LANGUAGES = /^\/(?:v3(?:\/|$)|consumers(?:\/|$)|brokers$|topics\/:topic\/partitions|$)/;
const THEIR_CODES: readonly string[] = [
  'not_acceptable',
  'not_implemented',
  'invalid_entries',
  'invalid_value',
  'schema_unsupported',
  'unknown_cluster',
  'unknown_partition',
];

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');

test('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate({ ...structuredClone(DOCUMENT) });
  expect([valid, errors]).toEqual([true, undefined]);
});

test('docs/openapi.json is the document; `npm run openapi` writes it', async () => {
  expect(JSON.parse(await file('docs/openapi.json'))).toEqual(JSON.parse(JSON.stringify(DOCUMENT)));
});

test('has the version of the package', async () => {
  const { version } = JSON.parse(await file('package.json')) as { version: string };
  expect(DOCUMENT.info['version']).toBe(version);
});

test('describes every route of the application, and no other', async () => {
  await withBridge({}, async ({ app }) => {
    const adapter = app.getHttpAdapter();
    if (!(adapter instanceof BridgeHttpAdapter)) throw new Error('Another adapter');
    const routes = adapter.routes
      .all()
      .filter(({ pattern }) => !OTHER_LANGUAGES.test(pattern))
      .flatMap(({ pattern, methods }) =>
        methods
          .filter((method) => method !== 'HEAD')
          .map((method) => `${method} ${pattern.replaceAll(/:(\w+)/g, '{$1}')}`),
      );
    const described = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    // A route may stand twice: once for each language.
    expect(described.toSorted()).toEqual([...new Set(routes)].toSorted());
  });
});

test('names every parameter of a path, and each operation has a name of its own', () => {
  for (const { path, parameters } of OPERATIONS) {
    const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
  }
  expect(new Set(OPERATIONS.map(({ operationId }) => operationId)).size).toBe(OPERATIONS.length);
});

test('has every code of an answer, with its status', () => {
  const found = OPERATIONS.flatMap(({ responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) => {
      const schema = content?.['application/problem+json']?.schema as
        { properties: { code: { enum: string[] } } } | undefined;
      return (schema?.properties.code.enum ?? []).map((code) => `${code} ${status}`);
    }),
  );
  const known = Object.entries(PROBLEMS)
    .filter(([code]) => !OUTSIDE.some((outside) => outside === code))
    .filter(([code]) => !THEIR_CODES.includes(code))
    .map(([code, { status }]) => `${code} ${status}`);
  expect([...new Set(found)].toSorted()).toEqual(known.toSorted());
});

const examples = OPERATIONS.flatMap(({ path, method, requestBody, responses }) => {
  const places = [
    ['requestBody', requestBody?.content ?? {}] as const,
    ...Object.entries(responses).map(
      ([status, { content }]) => [`responses ${status}`, content ?? {}] as const,
    ),
  ];
  return places.flatMap(([place, content]) =>
    Object.entries(content)
      .filter(([, { example }]) => example !== undefined)
      .map(([type, { example }]) => ({
        place: ['paths', path, method, ...place.split(' '), 'content', type, 'schema'],
        example,
      })),
  );
});

test('every example is valid against its schema', () => {
  const problem = {
    place: ['components', 'schemas', 'Problem'],
    example: (DOCUMENT.components.schemas['Problem'] as { examples: unknown[] }).examples[0],
  };
  const faults = [...examples, problem].flatMap(({ place, example }) => {
    const check = checkerOf(...place);
    check(example);
    return (check.errors ?? []).map((error) => [place, error]);
  });
  expect(faults).toEqual([]);
  expect(examples.length).toBeGreaterThan(20);
});

test('every operation has an example of its body and of each answer in JSON', () => {
  for (const { operationId, requestBody, responses } of OPERATIONS) {
    const contents = [requestBody, ...Object.values(responses)].map((one) => one?.content ?? {});
    const bare = contents.flatMap((content) =>
      Object.entries(content).filter(
        ([type, { example }]) => type === 'application/json' && example === undefined,
      ),
    );
    expect([operationId, bare.length]).toEqual([operationId, operationId === 'openapi' ? 1 : 0]);
  }
});

describe('the page', () => {
  test('needs nothing from elsewhere and runs nothing inline', async () => {
    await withBridge({}, async ({ url }) => {
      for (const [path, type] of [
        ['/docs', 'text/html'],
        ['/docs/docs.js', 'text/javascript'],
        ['/docs/docs.css', 'text/css'],
      ] as const) {
        const answer = await fetch(`${url}${path}`);
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          200,
          `${type}; charset=utf-8`,
        ]);
        expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
        expect(answer.headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
        const text = await answer.text();
        expect(text).not.toMatch(/https?:\/\/|@import|url\(|innerHTML|style=|onclick=|eval\(/);
        for (const [, local] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
          expect((await fetch(`${url}${local}`)).status).toBe(200);
        }
      }
      expect(await (await fetch(`${url}/openapi.json`)).json()).toEqual(
        JSON.parse(JSON.stringify(DOCUMENT)),
      );
    });
  });
});
