import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { encoderWith, type ProduceRequest } from './kafkajs-produce-request.js';
import type { BatchMessage } from './record-batch.js';

type Encoded = { readonly buf: Buffer; readonly buffer: Buffer };

const require = createRequire(import.meta.url);
const { lookupCodec } = require('kafkajs/src/protocol/message/compression') as {
  lookupCodec: (type: number) => {
    compress: (encoded: Encoded) => Promise<Buffer>;
    decompress: (bytes: Buffer) => Promise<Buffer>;
  };
};
const crc32c = require('kafkajs/src/protocol/recordBatch/crc32C/crc32C') as (b: Buffer) => number;
const Long = require('kafkajs/src/utils/long') as { fromNumber: (value: number) => object };
const theirs = require('kafkajs/src/protocol/requests/produce/v3/request') as (
  request: ProduceRequest,
) => { encode: () => Promise<Encoded> };

const ours = encoderWith(lookupCodec, crc32c);
const GZIP = 1;
/** Where the only batch of a request for the topic `t` begins, without a transactional id. */
const BATCH_AT = 27;

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
/** Of as many digits: kafkajs sorts them as text. */
const timestamp = fc.integer({ min: 1e12, max: 9e12 }).map(String);
const content = fc.oneof(bytes, fc.constant(null));
const headers = fc.dictionary(fc.string({ maxLength: 9 }), fc.oneof(bytes, fc.array(bytes)), {
  maxKeys: 4,
  noNullPrototype: false,
});
const message: fc.Arbitrary<BatchMessage> = fc.record({
  key: content,
  value: content,
  timestamp,
  headers,
});
const partition = fc.record({
  partition: fc.nat(1_000),
  firstSequence: fc.nat(2 ** 31 - 1),
  messages: fc.array(message, { minLength: 1, maxLength: 20 }),
});
const request: fc.Arbitrary<ProduceRequest> = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(60_000),
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 20 })),
  producerId: fc.nat().map((id) => Long.fromNumber(id)),
  producerEpoch: fc.nat(32_767),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ maxLength: 40 }),
      partitions: fc.array(partition, { maxLength: 4 }),
    }),
    { maxLength: 3 },
  ),
});

describe('a produce request', () => {
  it('is byte for byte what kafkajs would write', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (one) => {
        const { buffer } = await theirs(one).encode();
        expect((await ours(one)).buffer.equals(buffer)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('also with long records, many of them, and texts in the place of bytes', async () => {
    const messages = Array.from({ length: 2_000 }, (_, n): BatchMessage => {
      const several = { a: 'á', b: ['1', '2'], [`c${n}`]: Buffer.alloc(200, n) };
      return {
        key: `k${n}`,
        value: 'ç'.repeat(n),
        timestamp: String(1e12 + 7 * n),
        headers: several,
      };
    });
    const one = {
      acks: -1,
      timeout: 9,
      topicData: [{ topic: 't', partitions: [{ partition: 1, messages }] }],
    };
    expect((await ours(one)).buffer.equals((await theirs(one).encode()).buffer)).toBe(true);
  });

  it('and compressed', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (one) => {
        const compressed = { ...one, compression: GZIP };
        const { buffer } = await theirs(compressed).encode();
        expect((await ours(compressed)).buffer.equals(buffer)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the times of records apart, whatever their order', async () => {
    const messages = ['999999999999', '1000000000005', '1000000000000'].map((time) => {
      return { key: null, value: Buffer.from('x'), timestamp: time };
    });
    const one = {
      acks: -1,
      timeout: 9,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
    };
    const batch = (await ours(one)).buffer.subarray(BATCH_AT);
    const [first, max] = [batch.readBigInt64BE(27), batch.readBigInt64BE(35)];
    expect([first, max]).toEqual([999_999_999_999n, 1_000_000_000_005n]);
  });
});
