import { blocksOf, toXerial } from './xerial-snappy.js';

const block = Buffer.from('one block');

describe('the stream of snappy blocks', () => {
  it('begins as that of Java does', () => {
    expect(toXerial(block).toString('latin1')).toBe(
      '\u0082SNAPPY\0\0\0\0\u0001\0\0\0\u0001\0\0\0\u0009one block',
    );
  });

  it('is read block by block', () => {
    const [one, two] = [toXerial(block), toXerial(Buffer.from('another'))];
    const stream = Buffer.concat([one, two.subarray(16)]);
    expect(blocksOf(stream).map(String)).toEqual(['one block', 'another']);
    expect(blocksOf(toXerial(Buffer.alloc(0)))).toEqual([Buffer.alloc(0)]);
  });

  it('is one block where it is none', () => {
    expect(blocksOf(block)).toEqual([block]);
  });

  it.each([17, 19, 20, 24])('is refused where it ends after %i bytes', (bytes) => {
    expect(() => blocksOf(toXerial(block).subarray(0, bytes))).toThrow('within a block');
  });

  it('is refused where a length is negative', () => {
    const stream = toXerial(block);
    stream.writeInt32BE(-1, 16);
    expect(() => blocksOf(stream)).toThrow('within a block');
  });
});
