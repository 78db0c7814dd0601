import { randomBytes } from 'node:crypto';
import { Compressor } from './compressor.js';
import { COMPRESSION_TYPES } from './kafkajs-codecs.js';

const text = () => Buffer.from('{"natOp":"Venda de mercadoria"}'.repeat(30));

const request = (value: () => Buffer | null, records: number, topic = 'nf', partitions = 1) => ({
  acks: -1,
  timeout: 1,
  topicMessages: [
    {
      topic,
      messages: Array.from({ length: records }, (_, at) => ({
        key: 'k',
        value: value(),
        partition: at % partitions,
      })),
    },
  ],
});

describe('a compressor', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('is told %s', async (name) => {
    expect(await new Compressor(name).typeFor(request(text, 1))).toBe(COMPRESSION_TYPES[name]);
  });

  it('that decides by itself compresses what shrinks', async () => {
    const compressor = new Compressor('auto');
    expect(await compressor.typeFor(request(text, 10))).toBe(COMPRESSION_TYPES.zstd);
    expect(await compressor.typeFor(request(text, 1))).toBe(COMPRESSION_TYPES.none);
    expect(await compressor.typeFor(request(text, 10, 'nf', 10))).toBe(COMPRESSION_TYPES.none);
  });

  it('leaves what does not shrink as it is, and a topic without values', async () => {
    const compressor = new Compressor('auto');
    const random = () => randomBytes(10_000);
    expect(await compressor.typeFor(request(random, 20, 'photos'))).toBe(COMPRESSION_TYPES.none);
    expect(await compressor.typeFor(request(() => null, 20, 'gone'))).toBe(COMPRESSION_TYPES.none);
  });
});
