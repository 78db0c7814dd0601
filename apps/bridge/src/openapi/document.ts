import type { Method, Operation, Paths, Response, Schema } from './openapi.types.js';
import { deadLetterPaths, DEAD_LETTER_SCHEMAS } from './paths/dead-letters.js';
import { healthPaths, HEALTH_SCHEMAS } from './paths/health.js';
import { messagePaths, MESSAGE_SCHEMAS } from './paths/messages.js';
import { metricsPaths } from './paths/metrics.js';
import { recordPaths, RECORD_SCHEMAS } from './paths/records.js';
import { selfPaths } from './paths/self.js';
import { topicPaths } from './paths/topics.js';
import { PROBLEM_SCHEMA, problemResponses } from './problem-responses.js';

/** One entry for each feature; a path may be shared, a method of it not. */
const FEATURES: readonly Paths[] = [
  recordPaths,
  messagePaths,
  topicPaths,
  deadLetterPaths,
  healthPaths,
  metricsPaths,
  selfPaths,
];

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: PROBLEM_SCHEMA,
  ...RECORD_SCHEMAS,
  ...MESSAGE_SCHEMAS,
  ...DEAD_LETTER_SCHEMAS,
  ...HEALTH_SCHEMAS,
};

const DESCRIPTION =
  'A durable bridge from HTTP to Apache Kafka. A 2xx to a POST means that the record is safe. 408, 425, 429 and 5xx ' +
  'mean "post the same again", every other 4xx means "do not". docs/errors.md explains every code.';

interface PathItem {
  readonly [method: string]: unknown;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The whole document. Pure; docs/openapi.json is this, written down. */
export function openApiDocument(): OpenApiDocument {
  const operations = FEATURES.flatMap((paths) =>
    Object.entries(paths).flatMap(([path, methods]) =>
      (Object.entries(methods) as [Method, Operation][]).map(
        ([method, operation]) => ({ path, method, operation }) as const,
      ),
    ),
  );
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, operation } of operations) {
    paths[path] = { ...paths[path], [method]: operationObject(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ponte',
      version: '0.1.0',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This bridge' }],
    tags: [...new Set(operations.map(({ operation }) => operation.tag))].map((name) => ({ name })),
    paths,
    components: { schemas: SCHEMAS },
  };
}

function operationObject(operation: Operation): Readonly<Record<string, unknown>> {
  const { id, tag, summary, description, parameters, body, answers, problems } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(answers, problemResponses(problems)),
  };
}

/** A status that is an answer and a problem, too (`GET /health` with 503), is told with both contents. */
function responsesOf(
  answers: Readonly<Record<number, Response>>,
  problems: Readonly<Record<number, Response>>,
): Readonly<Record<string, Response>> {
  const all: Record<string, Response> = { ...problems };
  for (const [status, response] of Object.entries(answers)) {
    const problem = all[status];
    all[status] =
      problem === undefined
        ? response
        : {
            ...problem,
            description: `${response.description} Or: ${problem.description}`,
            content: { ...response.content, ...problem.content },
          };
  }
  return all;
}
