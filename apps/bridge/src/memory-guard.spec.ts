import { BridgeLogger, LogThreshold } from './logging/index.js';
import { guardMemory } from './memory-guard.js';

const WHEN = ['reportOnFatalError', 'reportOnSignal', 'reportOnUncaughtException'] as const;

test.each(WHEN)(
  "Node's reports are off where %s was asked for, and its signal is harmless",
  (on) => {
    const { report } = process;
    const told: unknown[] = [];
    const logger = new BridgeLogger(new LogThreshold('error'));
    logger.warn = (...args: unknown[]) => told.push(...args);
    const before = process.listenerCount(report.signal);
    try {
      report[on] = true;
      guardMemory(logger);
      expect(WHEN.map((one) => report[one])).toEqual([false, false, false]);
      expect(told).toContainEqual({ code: 'reports_off' });
      expect(process.listenerCount(report.signal)).toBe(before + (on === 'reportOnSignal' ? 1 : 0));
    } finally {
      report[on] = false;
      process.removeAllListeners(report.signal);
    }
  },
);
