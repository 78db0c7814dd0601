import { VERSION } from '../version.js';
import { operationObject } from './operation-object.js';
import type { Operation, Paths, Schema } from './openapi.types.js';
import { deadLetterPaths, DEAD_LETTER_SCHEMAS } from './paths/dead-letters.js';
import { healthPaths, HEALTH_SCHEMAS } from './paths/health.js';
import { logLevelPaths } from './paths/log-level.js';
import { messagePaths, MESSAGE_SCHEMAS } from './paths/messages.js';
import { metricsPaths } from './paths/metrics.js';
import { recordPaths, RECORD_SCHEMAS } from './paths/records.js';
import { notImplementedPaths } from './paths/rest-proxy-not-implemented.js';
import { v2ProducePaths, V2_PRODUCE_SCHEMAS } from './paths/rest-proxy-v2-produce.js';
import { v2TopicPaths, V2_TOPIC_SCHEMAS } from './paths/rest-proxy-v2-topics.js';
import { v3ClusterPaths, V3_CLUSTER_SCHEMAS } from './paths/rest-proxy-v3-clusters.js';
import { v3RecordPaths, V3_RECORD_SCHEMAS } from './paths/rest-proxy-v3-records.js';
import { v3TopicChangePaths } from './paths/rest-proxy-v3-topic-changes.js';
import { v3TopicPaths, V3_TOPIC_SCHEMAS } from './paths/rest-proxy-v3-topics.js';
import { selfPaths } from './paths/self.js';
import { topicPaths } from './paths/topics.js';
import { PROBLEM_SCHEMA } from './problem-responses.js';
import { REST_PROXY_ERROR } from './rest-proxy-responses.js';

/** One entry for each feature. A route that two languages share stands in the features of both. */
const FEATURES: readonly Paths[] = [
  recordPaths,
  messagePaths,
  topicPaths,
  deadLetterPaths,
  healthPaths,
  metricsPaths,
  logLevelPaths,
  selfPaths,
  v2ProducePaths,
  v2TopicPaths,
  v3ClusterPaths,
  v3TopicPaths,
  v3TopicChangePaths,
  v3RecordPaths,
  notImplementedPaths,
];

const SCHEMAS: Readonly<Record<string, Schema>> = {
  Problem: PROBLEM_SCHEMA,
  ...RECORD_SCHEMAS,
  ...MESSAGE_SCHEMAS,
  ...DEAD_LETTER_SCHEMAS,
  ...HEALTH_SCHEMAS,
  RestProxyError: REST_PROXY_ERROR,
  ...V2_PRODUCE_SCHEMAS,
  ...V2_TOPIC_SCHEMAS,
  ...V3_CLUSTER_SCHEMAS,
  ...V3_TOPIC_SCHEMAS,
  ...V3_RECORD_SCHEMAS,
};

const DESCRIPTION =
  'A durable bridge from HTTP to Apache Kafka. A 2xx to a POST means that the record is safe. 408, 425, 429 and 5xx ' +
  'mean "post the same again", every other 4xx means "do not". docs/errors.md explains every code.';

const WAYS_TO_SHOW_A_KEY = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The key, or a token of the issuer.' },
  basic: {
    type: 'http',
    scheme: 'basic',
    description: "The key's id as user, the key as password.",
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key.' },
} as const;

interface PathItem {
  readonly [method: string]: unknown;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
}

/** The whole document. Pure; docs/openapi.json is this, written down. */
export function openApiDocument(): OpenApiDocument {
  const routes = new Map<string, Map<string, Operation[]>>();
  for (const [path, methods] of FEATURES.flatMap((paths) => Object.entries(paths))) {
    const ofPath = routes.get(path) ?? new Map<string, Operation[]>();
    routes.set(path, ofPath);
    for (const [method, operation] of Object.entries(methods)) {
      ofPath.set(method, [...(ofPath.get(method) ?? []), operation]);
    }
  }
  const operations = FEATURES.flatMap((paths) => Object.values(paths)).flatMap((methods) =>
    Object.values(methods),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ponte',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This bridge' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries([...routes].map(([path, methods]) => [path, pathItem(methods)])),
    // The last one, without any: while the bridge has no keys, nobody is asked for one.
    security: [...Object.keys(WAYS_TO_SHOW_A_KEY).map((name) => ({ [name]: [] })), {}],
    components: { schemas: SCHEMAS, securitySchemes: WAYS_TO_SHOW_A_KEY },
  };
}

function pathItem(methods: ReadonlyMap<string, readonly Operation[]>): PathItem {
  return Object.fromEntries(
    [...methods].map(([method, languages]) => [method, operationObject(languages)]),
  );
}
