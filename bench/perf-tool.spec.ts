import { rateOf } from './perf-tool.js';

describe('the rate of Kafka’s perf tool', () => {
  it('is that of its last line', () => {
    const printed =
      '40000 records sent, 8000.0 records/sec (4.20 MB/sec), 2.1 ms avg latency, 512.0 ms max latency.\n' +
      '100000 records sent, 31269.543 records/sec (16.40 MB/sec), 812.4 ms avg latency, 1204.00 ms max latency, 803 ms 50th.\n';
    expect(rateOf(printed)).toBe(31_269.543);
  });

  it('is never guessed', () => {
    expect(() => rateOf('Exception in thread "main"')).toThrow('no rate: Exception');
  });
});
