import { readOptions } from './options.js';

describe('the options', () => {
  it('are off unless given', () => {
    expect(readOptions([])).toEqual({ quick: false, write: false, profile: false });
    expect(readOptions(['--quick'])).toEqual({ quick: true, write: false, profile: false });
    expect(readOptions(['--write', '--profile'])).toEqual({
      quick: false,
      write: true,
      profile: true,
    });
  });

  it('write nothing down that was measured in a hurry', () => {
    expect(() => readOptions(['--write', '--quick'])).toThrow('--quick goes alone');
  });

  it('that are not known are named', () => {
    expect(() => readOptions(['--quik', '--write'])).toThrow('--quik');
  });
});
