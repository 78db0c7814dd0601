import { deflateSync } from 'node:zlib';
import { variedInvoice } from './varied-invoice.js';

describe('a varied invoice', () => {
  it.each([700, 10_000])('is JSON of %i bytes, the same for the same number', (bytes) => {
    const numbers = Array.from({ length: 50 }, (_, number) => number * 7);
    const texts = numbers.map((number) => variedInvoice(number, bytes));
    for (const text of texts) {
      expect(Buffer.byteLength(text)).toBe(bytes);
      expect(() => JSON.parse(text) as unknown).not.toThrow();
    }
    expect(new Set(texts).size).toBe(texts.length);
    expect(variedInvoice(7, bytes)).toBe(texts[1]);
  });

  it('has what a compressor must leave: digits that are as good as drawn', () => {
    const many = Array.from({ length: 100 }, (_, number) => variedInvoice(number, 700)).join('');
    expect(deflateSync(many).length).toBeGreaterThan(many.length / 8);
  });
});
