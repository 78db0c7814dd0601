import { readOptions } from './options.js';

describe('the options', () => {
  it('are off unless given', () => {
    expect(readOptions([])).toEqual({ quick: false, write: false, profile: false });
    expect(readOptions(['--write', '--quick'])).toEqual({
      quick: true,
      write: true,
      profile: false,
    });
  });

  it('that are not known are named', () => {
    expect(() => readOptions(['--quik', '--write'])).toThrow('--quik');
  });
});
