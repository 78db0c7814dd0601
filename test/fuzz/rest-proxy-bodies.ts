import * as fc from 'fast-check';
import { bodyOf, value } from './bodies.js';

const base64 = fc.oneof(
  { weight: 8, arbitrary: fc.base64String({ maxLength: 40 }).map((text) => JSON.stringify(text)) },
  fc.constantFrom('"a"', '"=="', '"YQ"', '"_-_-"', '" YQ=="', '""', 'null', '1'),
);
const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ maxLength: 20 }).map((one) => JSON.stringify(one)) },
  fc.constantFrom('""', 'null', '1', '"\\ud800"', '"\\u0000"'),
);
const time = fc.constantFrom(
  '1761043800000',
  '"2026-11-24T10:00:00Z"',
  '-1',
  '"x"',
  '1e30',
  'null',
);
const partition = fc.constantFrom('0', '1', '0', '99', '-1', '1.5', '"0"', 'null');

/** `"name":<value>` for some of the fields, each at most once. */
function fields(of: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const each = Object.entries(of).map(([name, arbitrary]) =>
    arbitrary.map((one) => `"${name}":${one}`),
  );
  return fc
    .uniqueArray(fc.oneof(...each), { maxLength: 3, selector: (one) => one.split(':', 1)[0] })
    .map((found) => found.map((one) => `,${one}`).join(''));
}

/** Few message ids, so that some come again. */
const headersOf = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    `[{"${name}":"message-id","value":"ZnV6ei05"}]`,
    `[{"${name}":"a","value":"YQ=="},{"${name}":"a","value":null}]`,
    `[{"${name}":"source","value":"YQ=="}]`,
    `[{"${name}":""}]`,
    '[]',
    '{}',
    'null',
  );

function v2Record(data: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const others = fields({
    key: data,
    partition,
    timestamp: time,
    headers: headersOf('key'),
    surplus: value,
  });
  return fc.tuple(data, others).map(([one, rest]) => `{"value":${one}${rest}}`);
}

function v2(data: fc.Arbitrary<string>) {
  const records = fc.array(v2Record(data), { maxLength: 4 });
  return bodyOf(
    fc.oneof(
      { weight: 12, arbitrary: records.map((all) => `{"records":[${all.join()}]}`) },
      records.map((all) => `{"records":[${all.join()}],"value_schema_id":1}`),
      value.map((one) => `{"records":${one}}`),
      value,
    ),
  );
}

/** Of the second version, for each kind of its media types. */
export const V2_BODIES = { json: v2(value), binary: v2(base64), text: v2(text) } as const;

const typed = fc.oneof(
  { weight: 6, arbitrary: value.map((one) => `{"type":"JSON","data":${one}}`) },
  { weight: 3, arbitrary: base64.map((one) => `{"type":"BINARY","data":${one}}`) },
  { weight: 3, arbitrary: text.map((one) => `{"type":"STRING","data":${one}}`) },
  value.map((one) => `{"type":"AVRO","data":${one}}`),
  value,
);
const v3Fields = fields({
  key: typed,
  partition_id: partition,
  timestamp: time,
  headers: headersOf('name'),
  surplus: value,
});
const v3Record = fc.tuple(typed, v3Fields).map(([one, rest]) => `{"value":${one}${rest}}`);

/** Some records one after the other, then sometimes what is none. */
export const v3Stream = bodyOf(
  fc
    .tuple(
      fc.array(v3Record, { maxLength: 4 }),
      fc.constantFrom('', '\n', '\r\n', ' '),
      fc.oneof({ weight: 8, arbitrary: fc.constant('') }, value),
    )
    .map(([records, between, end]) => records.join(between) + end),
);

const entry = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd', ''), v3Record)
  .map(([id, record]) => `{"id":"${id}",${record.slice(1)}`);

export const v3Batch = bodyOf(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.array(entry, { maxLength: 4 }).map((all) => `{"entries":[${all.join()}]}`),
    },
    value.map((one) => `{"entries":${one}}`),
    value,
  ),
);

/** A topic to make, or its new number of partitions. */
export const v3Topic = bodyOf(
  fields({
    topic_name: fc.constantFrom('"made-1"', '"made-2"', '"made 3"', '"__made"', '1'),
    partitions_count: partition,
    replication_factor: partition,
    configs: fc.constantFrom('[]', '[{"name":"retention.ms","value":"1000"}]', '{}', 'null'),
  }).map((all) => `{${all.slice(1)}}`),
);
