import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

const document = JSON.parse(await readFile(join(PROJECT_ROOT, 'docs', 'openapi.json'), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const ROUTES = Object.entries(document.paths).map(([path, operations]) => ({
  pattern: new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  operations,
}));

/**
 * What is wrong with a request by docs/openapi.json, or null.
 * @param target path and query; a query of `…` stands for any.
 */
export function faultOfRequest(method: string, target: string): string | null {
  const [path = '', query = ''] = target.split('?');
  const matching = ROUTES.filter(({ pattern }) => pattern.test(path));
  if (matching.length === 0) return `there is no route ${path}`;
  const operation = matching
    .map(({ operations }) => operations[method.toLowerCase()])
    .find((found) => found !== undefined);
  if (operation === undefined) return `${path} has no ${method}`;
  const known = (operation.parameters ?? []).flatMap((of) => (of.in === 'query' ? [of.name] : []));
  const asked = query.split('&').map((pair) => pair.split('=')[0] ?? '');
  const unknown = asked.filter((name) => /^\w/.test(name) && !known.includes(name));
  return unknown.length === 0 ? null : `${method} ${path} has no parameter ${unknown.join(', ')}`;
}
