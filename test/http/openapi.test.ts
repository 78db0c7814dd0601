import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { BridgeHttpAdapter } from '../../apps/bridge/src/http/index.js';
import { OUTSIDE } from '../../apps/bridge/src/openapi/index.js';
import {
  PROBLEMS,
  REST_PROXY_CODES,
  restProxyStatusOf,
} from '../../apps/bridge/src/problem/index.js';
import { checkerOf, DOCUMENT, OPERATIONS } from './openapi-schemas.js';
import { withBridge } from './with-bridge.js';

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
    const described = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const routes = adapter.routes.all().flatMap(({ pattern, methods }) => {
      const path = pattern.replaceAll(/(?<=\/):(\w+)/g, '{$1}');
      const all = methods
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${path}`);
      // OpenAPI cannot say "any method": of such a route those that the contract has there, and at least one.
      const some = all.filter((one) => described.includes(one));
      return methods.length > 2 && some.length > 0 ? some : all;
    });
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

interface CodeSchema {
  readonly enum: readonly (string | number | null)[];
  readonly 'x-problem-codes'?: readonly string[];
}

/** What codes a member can have, wherever it stands in a part of the document. */
function schemasOf(member: string, part: unknown): readonly CodeSchema[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) =>
    name === member && typeof value === 'object' && value !== null && 'enum' in value
      ? [value as CodeSchema]
      : schemasOf(member, value),
  );
}

/** The codes of all refusals in media types of one kind, each with its status. */
const refusals = (member: 'code' | 'error_code', isOfKind: (type: string) => boolean) =>
  OPERATIONS.flatMap(({ responses }) =>
    Object.entries(responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content)
        .filter(([type]) => isOfKind(type))
        .flatMap(([, { schema }]) => schemasOf(member, schema))
        .map((schema) => ({ status: Number(status), schema })),
    ),
  );

const isProblem = (type: string): boolean => type === 'application/problem+json';
const own = refusals('code', isProblem);
const restProxy = refusals('error_code', (type) => !isProblem(type));

test('has every code of an answer, with its status', () => {
  const wrong = own.flatMap(({ status, schema }) =>
    schema.enum.filter((code) => PROBLEMS[code as keyof typeof PROBLEMS].status !== status),
  );
  expect(wrong).toEqual([]);
  const found = [
    ...own.flatMap(({ schema }) => schema.enum),
    ...restProxy.flatMap(({ schema }) => schema['x-problem-codes'] ?? []),
  ];
  const known = Object.keys(PROBLEMS).filter((code) => !OUTSIDE.some((one) => one === code));
  expect([...new Set(found)].toSorted()).toEqual(known.toSorted());
});

test('has every code of the Kafka REST Proxy, with its status', () => {
  const wrong = restProxy.flatMap(({ status, schema }) =>
    schema.enum.filter((code) => restProxyStatusOf(Number(code)) !== status),
  );
  expect(wrong).toEqual([]);
  const found = [
    ...restProxy.map(({ schema }) => schema),
    ...schemasOf('error_code', DOCUMENT.components.schemas),
  ].flatMap((schema) => schema.enum.map(Number).filter((code) => code > 999));
  expect([...new Set(found)].toSorted()).toEqual(
    Object.keys(REST_PROXY_CODES).map(Number).toSorted(),
  );
});

test('says of each number which of the bridge\u2019s own codes it stands for', () => {
  const bare = restProxy.filter(({ schema }) => (schema['x-problem-codes'] ?? []).length === 0);
  expect(bare).toEqual([]);
  expect(restProxy.length).toBeGreaterThan(100);
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

const isOwnJson = (type: string): boolean => /[/+]json$/.test(type) && !isProblem(type);

test('every operation has an example of its body and of each answer in JSON', () => {
  for (const { operationId, requestBody, responses } of OPERATIONS) {
    const contents = [requestBody, ...Object.values(responses)].map((one) => one?.content ?? {});
    const bare = contents.flatMap((content) =>
      Object.entries(content).filter(
        ([type, { example }]) => isOwnJson(type) && example === undefined,
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
