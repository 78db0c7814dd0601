import * as fc from 'fast-check';
import { body, type FuzzBody } from './bodies.js';
import { V2_BODIES, v3Batch, v3Stream, v3Topic } from './rest-proxy-bodies.js';

/** Where a request goes, and a body of the language that is spoken there. */
export interface Target {
  readonly path: string;
  readonly type: string;
  readonly body: FuzzBody;
}

const segment = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('orders', 'fuzz-1', 'dlq-topic', '__consumer_offsets') },
  fc.constantFrom('.', '..', '%2e%2e', 'a%2Fb', 'a%00b', '%zz', '%C0%AE', '__proto__', 'a;b'),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => encodeURIComponent(text)),
  fc.integer({ min: 1, max: 400 }).map((length) => 'x'.repeat(length)),
);

const path = fc.oneof(
  { weight: 24, arbitrary: fc.constant('/topics/orders') },
  { weight: 4, arbitrary: segment.map((one) => `/topics/${one}`) },
  { weight: 2, arbitrary: segment.map((one) => `/messages/${one}`) },
  { weight: 2, arbitrary: segment.map((one) => `/admin/dead-letters/${one}`) },
  segment.map((one) => `/admin/dead-letters/${one}/replay`),
  fc.constantFrom('/messages', '/admin/dead-letters', '/admin/dead-letters/replay', '/health'),
  fc.constantFrom('/openapi.json', '/docs', '/metrics', '/health/ready', '/nowhere', '/'),
  fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
);

const query = fc.oneof(
  { weight: 30, arbitrary: fc.constant('') },
  fc.constantFrom('?', '?limit=1', '?limit=-1', '?limit=1&limit=2', '?cursor=abc', '?acks=0', '#a'),
  fc.constantFrom('?topic=orders', '?key=a&status=sent', '?from=yesterday', '?__proto__=1'),
  segment.map((one) => `?${one}=${one}`),
);

const contentType = fc.oneof(
  { weight: 20, arbitrary: fc.constant('application/json') },
  fc.constantFrom('application/xml', 'text/xml', 'application/octet-stream', 'text/plain', ''),
  fc.constantFrom('application/json; charset=iso-8859-1', 'application/json; charset=utf-16'),
);

const own: fc.Arbitrary<Target> = fc.record({ path, type: contentType, body });

const partition = fc.constantFrom('0', '1', '0', '-1', '99', '1.5', 'x', '%30');

const v2Path = fc.oneof(
  { weight: 12, arbitrary: fc.constant('/topics/orders') },
  { weight: 4, arbitrary: partition.map((one) => `/topics/orders/partitions/${one}`) },
  { weight: 2, arbitrary: segment.map((one) => `/topics/${one}`) },
  partition.map((one) => `/topics/orders/partitions/${one}/offsets`),
  segment.map((one) => `/topics/${one}/partitions`),
  segment.map((one) => `/consumers/${one}/instances`),
  fc.constantFrom('/topics', '/brokers', '/topics/orders/partitions', '/', '/consumers/a'),
);

const v2: fc.Arbitrary<Target> = fc
  .constantFrom(...(Object.keys(V2_BODIES) as (keyof typeof V2_BODIES)[]))
  .chain((kind) =>
    fc.record({
      path: v2Path,
      type: fc.constantFrom(
        `application/vnd.kafka.${kind}.v2+json`,
        `application/vnd.kafka.${kind}.v1+json`,
        `application/vnd.kafka.${kind}+json; charset=utf-8`,
      ),
      body: V2_BODIES[kind],
    }),
  );

const json = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  fc.constantFrom('', 'text/plain', 'application/json; charset=iso-8859-1'),
);

const cluster = fc.oneof(
  { weight: 12, arbitrary: fc.constant('/v3/clusters/memory') },
  segment.map((one) => `/v3/clusters/${one}`),
);

/** Whatever is posted, changed or deleted there is not the topic that the other requests need. */
const v3Rest = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('/topics', '/topics/made-1', '/topics/made-2') },
  fc.constantFrom('', '/brokers', '/brokers/1', '/brokers/x', '/acls', '/consumer-groups'),
  fc.constantFrom('/topics/orders/partitions', '/topics/orders/configs', '/topics/-/partitions'),
  partition.map((one) => `/topics/orders/partitions/${one}`),
  partition.map((one) => `/topics/orders/partitions/${one}/replicas`),
  segment.map((one) => `/topics/orders/configs/${one}`),
  segment.map((one) => `/topics/orders/${one}`),
);

const v3: fc.Arbitrary<Target> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      path: cluster.map((one) => `${one}/topics/orders/records`),
      type: json,
      body: v3Stream,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      path: cluster.map((one) => `${one}/topics/orders/records:batch`),
      type: json,
      body: v3Batch,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      path: fc.tuple(cluster, v3Rest).map(([one, rest]) => one + rest),
      type: json,
      body: v3Topic,
    }),
  },
  fc.record({
    path: fc.tuple(cluster, segment).map(([one, topic]) => `${one}/topics/${topic}/records`),
    type: json,
    body: v3Stream,
  }),
);

/** The bridge's own language and those of the Kafka REST Proxy, and some in which they are mixed. */
export const target: fc.Arbitrary<Target> = fc
  .oneof(
    { weight: 8, arbitrary: own },
    { weight: 4, arbitrary: v2 },
    { weight: 4, arbitrary: v3 },
    fc
      .tuple(fc.oneof(own, v2, v3), fc.oneof(own, v2, v3), fc.oneof(own, v2, v3))
      .map(([one, two, three]) => ({ path: one.path, type: two.type, body: three.body })),
  )
  .chain((one) => query.map((text) => ({ ...one, path: one.path + text })));
