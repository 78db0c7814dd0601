import { benchRecord, VALUE_BYTES } from './invoice.js';

describe('the records of the bench', () => {
  it('have values of one size that are JSON and all different', () => {
    const values = [0, 1, 599, 600, 123_456_789].map((number) => benchRecord('b', number).value);
    for (const value of values) {
      expect(Buffer.byteLength(value)).toBe(VALUE_BYTES);
      expect(() => JSON.parse(value) as unknown).not.toThrow();
    }
    expect(new Set(values).size).toBe(values.length);
  });

  it.each([200, 700, 10_000, 100_000])('have %i bytes when asked to', (bytes) => {
    const { value } = benchRecord('b', 7, bytes);
    expect(Buffer.byteLength(value)).toBe(bytes);
    expect(() => JSON.parse(value) as unknown).not.toThrow();
  });

  it('have 600 keys', () => {
    const keys = Array.from({ length: 2_000 }, (_, number) => benchRecord('b', number).key);
    expect(new Set(keys).size).toBe(600);
  });
});
