import { LogThreshold } from './log-threshold.js';

test('a signal leads to debug, and the next one back to what is configured', () => {
  const threshold = new LogThreshold('warn');
  const seen: string[] = [];
  threshold.onChange(({ from, to, by }) => seen.push(`${from} ${to} ${by}`));
  threshold.toggle('SIGUSR2');
  expect(threshold.level).toBe('debug');
  threshold.toggle('SIGUSR2');
  expect(threshold.level).toBe('warn');
  threshold.change('info', 'ana');
  threshold.toggle('SIGUSR2');
  expect(seen).toEqual([
    'warn debug SIGUSR2',
    'debug warn SIGUSR2',
    'warn info ana',
    'info debug SIGUSR2',
  ]);
});
