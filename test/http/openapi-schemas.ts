import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../apps/bridge/src/openapi/index.js';

export interface DocumentedOperation {
  readonly path: string;
  readonly method: string;
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>
  >;
}

export interface MediaType {
  readonly schema: object;
  readonly example?: unknown;
}

export const DOCUMENT = openApiDocument();

export const OPERATIONS: readonly DocumentedOperation[] = Object.entries(DOCUMENT.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      parameters: [],
      ...(operation as Omit<DocumentedOperation, 'path' | 'method' | 'parameters'>),
      path,
      method,
    })),
);

/** An answer that is no refusal. */
export interface DocumentedAnswer {
  readonly operationId: string;
  readonly status: string;
  readonly type: string;
  /** Whether it is in a language of the Kafka REST Proxy. */
  readonly isRestProxy: boolean;
}

/** The answers that are no refusals, those that could be either among them. */
export const ANSWERS: readonly DocumentedAnswer[] = OPERATIONS.flatMap(
  ({ operationId, tags, responses }) =>
    Object.entries(responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content)
        .filter(([type, { schema }]) => !isRefusal(type, schema))
        .map(([type]) => ({
          operationId,
          status,
          type,
          isRestProxy:
            type.includes('.kafka.') || tags.every((tag) => tag.startsWith('Kafka REST')),
        })),
    ),
);

export function operationNamed(id: string): DocumentedOperation {
  const found = OPERATIONS.find(({ operationId }) => operationId === id);
  if (found === undefined) throw new Error(`There is no operation ${id}`);
  return found;
}

function isRefusal(type: string, schema: object): boolean {
  return (
    type === 'application/problem+json' ||
    ('$ref' in schema && schema.$ref === '#/components/schemas/RestProxyError')
  );
}

/** As the document is, but no object may have a member that is not described. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed);
  if (typeof part !== 'object' || part === null) return part;
  const copy = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, closed(value)]),
  );
  const open = copy['type'] === 'object' && 'properties' in copy;
  return open ? { additionalProperties: false, ...copy } : copy;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(closed(DOCUMENT) as object, 'document');

const pointer = (...parts: readonly string[]): string =>
  parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Checks against the schema that stands at this place of the document. */
export function checkerOf(...place: readonly string[]): ValidateFunction {
  return ajv.compile({ $ref: `document#${encodeURI(pointer(...place))}` });
}

/** What is wrong with a body of an answer, by the document; nothing where it is right. */
export function faultsOf(
  { path, method, operationId, responses }: DocumentedOperation,
  status: number,
  mediaType: string,
  body: unknown,
): readonly string[] {
  if (responses[status]?.content?.[mediaType] === undefined) {
    return [`${operationId} has no ${status} ${mediaType}`];
  }
  const place = ['paths', path, method, 'responses', String(status), 'content', mediaType];
  const check = checkerOf(...place, 'schema');
  if (check(body)) return [];
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${operationId} ${status} ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
