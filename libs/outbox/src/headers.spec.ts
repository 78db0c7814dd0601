import { decodeHeaders, encodeHeaders } from './headers.js';

describe('stored headers', () => {
  it('come back in order, with repeated names and any bytes', () => {
    const headers = [
      { name: 'filial', value: Buffer.from('01') },
      { name: 'ação', value: Buffer.from([0x00, 0xff, 0xc3, 0x28]) },
      { name: 'filial', value: Buffer.alloc(0) },
      { name: '', value: Buffer.from('x') },
    ];
    expect(decodeHeaders(encodeHeaders(headers))).toEqual(headers);
  });

  it('take no byte when there are none', () => {
    expect(encodeHeaders([])).toHaveLength(0);
    expect(decodeHeaders(Buffer.alloc(0))).toEqual([]);
  });

  it('are refused when they are cut short', () => {
    const bytes = encodeHeaders([{ name: 'a', value: Buffer.from('value') }]);
    expect(() => decodeHeaders(bytes.subarray(0, bytes.length - 1))).toThrow(RangeError);
    expect(() => decodeHeaders(bytes.subarray(0, 2))).toThrow(RangeError);
  });
});
