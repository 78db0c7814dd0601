import { faultsOf, operationNamed } from './openapi-schemas.js';

/** Operation and status, then what to ask for. */
export type Asked = readonly [
  operationId: string,
  status: number,
  path: string,
  body?: string | undefined,
  headers?: Readonly<Record<string, string>>,
];

export interface HeldAnswer {
  /** Media type; empty where there is no body. */
  readonly type: string;
  /** What differs from the document; nothing where it is as described. */
  readonly faults: readonly string[];
  /** One body; of a stream, one for each line. */
  readonly bodies: readonly unknown[];
}

/** Asks a running bridge, and holds the answer against the document. */
export async function holdAnswer(
  url: string,
  [id, status, path, body, headers = {}]: Asked,
): Promise<HeldAnswer> {
  const operation = operationNamed(id);
  const answer = await fetch(`${url}${path}`, {
    method: operation.method.toUpperCase(),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const [type = ''] = answer.headers.get('content-type')?.split(';') ?? [];
  const lines = (await answer.text()).split('\r\n').filter((line) => line !== '');
  const bodies = lines.map((line) => JSON.parse(line) as unknown);
  const faults = [
    ...(answer.status === status ? [] : [`${id} ${path}: ${answer.status}, not ${status}`]),
    ...bodies.flatMap((one) => faultsOf(operation, answer.status, type, one)),
    ...(bodies.length > 0 || isEmpty(operation.responses[answer.status])
      ? []
      : [`${id} ${answer.status} has no body`]),
  ];
  return { type, faults, bodies };
}

function isEmpty(response: { readonly content?: unknown } | undefined): boolean {
  return response !== undefined && response.content === undefined;
}
