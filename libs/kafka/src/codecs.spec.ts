import { gunzipSync } from 'node:zlib';
import { CODECS, codecOf, hasCodec } from './codecs.js';

const invoice = '{"natOp":"Venda de mercadoria","xNome":"Padaria São João Ltda"}';
const values = ['', 'x', invoice.repeat(1_000), '\u0000\u00ff'.repeat(100_000)];

describe('the codecs', () => {
  // First, since what was loaded once stays.
  it('are not there where none was built for the machine, gzip always is', () => {
    const missing = (name: string): never => {
      throw new Error(`Cannot find native binding of ${name}`);
    };
    expect(CODECS.filter((name) => hasCodec(name, missing))).toEqual(['gzip']);
    expect(hasCodec('auto', missing)).toBe(false);
    expect(hasCodec('none', missing)).toBe(true);
    expect(() => codecOf('zstd', missing)).toThrow('native binding');
  });

  it.each(CODECS)('%s gives back what it was given', async (name) => {
    expect(hasCodec(name)).toBe(true);
    const codec = codecOf(name);
    for (const value of values) {
      const bytes = Buffer.from(value);
      const packed = await codec.compress(bytes);
      expect((await codec.decompress(packed)).equals(bytes)).toBe(true);
    }
    const packed = await codec.compress(Buffer.from(invoice.repeat(1_000)));
    expect(packed.length).toBeLessThan(invoice.length * 200);
  });

  it('have the forms that Kafka names', async () => {
    const bytes = Buffer.from(invoice);
    const beginning = async (name: (typeof CODECS)[number], length: number): Promise<string> =>
      (await codecOf(name).compress(bytes)).toString('hex', 0, length);
    expect(gunzipSync(await codecOf('gzip').compress(bytes)).toString()).toBe(invoice);
    expect(await beginning('snappy', 8)).toBe('82534e4150505900');
    expect(await beginning('lz4', 4)).toBe('04224d18');
    expect(await beginning('zstd', 4)).toBe('28b52ffd');
  });

  it('read snappy that is one block alone', async () => {
    const stream = await codecOf('snappy').compress(Buffer.from(invoice));
    expect((await codecOf('snappy').decompress(stream.subarray(20))).toString()).toBe(invoice);
  });
});
