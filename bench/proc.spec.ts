import { cpuMsOf, peakResidentOf } from './proc.js';

describe('what Linux says of a process', () => {
  it('is its time in user and kernel, whatever its name', () => {
    const stat =
      '42 (a) b (c) S 1 42 42 0 -1 4194560 9 8 7 6 150 25 3 2 20 0 11 0 5130 4096 900 18446744073709551615';
    expect(cpuMsOf(stat)).toBe(1_750);
  });

  it('is the most memory that it had, not what it has now', () => {
    const status = 'Name:\tnode\nVmPeak:\t  900000 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n';
    expect(peakResidentOf(status)).toBe(200 * 2 ** 20);
    expect(() => peakResidentOf('Name:\tkthreadd\n')).toThrow('/proc');
  });
});
