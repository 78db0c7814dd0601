import { readOptions } from './options.js';

describe('the options', () => {
  it('are off unless given', () => {
    const off = { quick: false, write: false, profile: false, instances: false, access: false };
    expect(readOptions([])).toEqual(off);
    expect(readOptions(['--quick'])).toEqual({ ...off, quick: true });
    expect(readOptions(['--write', '--profile'])).toEqual({ ...off, write: true, profile: true });
    expect(readOptions(['--instances'])).toEqual({ ...off, instances: true });
    expect(readOptions(['--access'])).toEqual({ ...off, access: true });
  });

  it('write nothing down that was measured in a hurry', () => {
    expect(() => readOptions(['--write', '--quick'])).toThrow('--quick goes alone');
  });

  it('ask for one thing', () => {
    expect(() => readOptions(['--profile', '--instances'])).toThrow('one of them');
  });

  it('that are not known are named', () => {
    expect(() => readOptions(['--quik', '--write'])).toThrow('--quik');
  });
});
