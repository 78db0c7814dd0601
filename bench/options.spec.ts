import { readOptions } from './options.js';

describe('the options', () => {
  it('ask for the rates unless another kind is named', () => {
    const none = { kinds: ['rates'], quick: false, write: false, rows: null };
    expect(readOptions([])).toEqual(none);
    expect(readOptions(['--write', '--profile'])).toEqual({
      ...none,
      kinds: ['profile'],
      write: true,
    });
    expect(readOptions(['--instances'])).toEqual({ ...none, kinds: ['instances'] });
    expect(readOptions(['--open'])).toEqual({ ...none, kinds: ['open'] });
  });

  it('ask for everything that can be hurried, or for one thing in a hurry', () => {
    expect(readOptions(['--quick'])).toMatchObject({
      kinds: ['rates', 'targets', 'open', 'sizes', 'postgres'],
      quick: true,
    });
    expect(readOptions(['--quick', '--sizes'])).toMatchObject({ kinds: ['sizes'], quick: true });
    expect(readOptions(['--quick', '--compression'])).toMatchObject({ kinds: ['compression'] });
    expect(() => readOptions(['--quick', '--access'])).toThrow('--access has no --quick');
  });

  it('say how many records wait where records wait', () => {
    expect(readOptions(['--backlog', '--rows', '1000000'])).toMatchObject({ rows: 1_000_000 });
    expect(() => readOptions(['--rows', '500'])).toThrow('--targets and --backlog');
    expect(() => readOptions(['--backlog', '--rows', '750'])).toThrow('a multiple of 500');
    expect(() => readOptions(['--rows', '--backlog'])).toThrow('a multiple of 500');
  });

  it('write nothing down that was measured in a hurry', () => {
    expect(() => readOptions(['--write', '--quick'])).toThrow('too short');
  });

  it('ask for one thing', () => {
    expect(() => readOptions(['--profile', '--instances'])).toThrow('one of them');
  });

  it('that are not known are named', () => {
    expect(() => readOptions(['--quik', '--write'])).toThrow('--quik');
  });
});
