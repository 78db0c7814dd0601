import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { LogLevel as BridgeLogLevel } from '../config/bridge.config.js';
import { maskFields } from '../privacy/index.js';
import { LOG_LEVELS, type LogThreshold } from './log-threshold.js';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug'];
const LEAST: Readonly<Record<BridgeLogLevel, LogLevel>> = {
  debug: 'debug',
  info: 'log',
  warn: 'warn',
  error: 'error',
};

/** Nest's own account of what it puts together: of use to whoever debugs the start, noise to everybody else. */
const WIRING: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's word on a start that has failed, with a stack; `main.ts` says the same in one clear line. */
const FAILED_START = 'ExceptionHandler';

/** One JSON object a line, without what is personal. */
export class BridgeLogger extends ConsoleLogger {
  constructor(threshold: LogThreshold) {
    super('Bridge', { json: true, colors: false, logLevels: levelsFrom(threshold.level) });
    threshold.onChange(({ from, to, by }) => {
      // At the more talkative of the two: it must be told at which line a silence begins.
      const talkative = LOG_LEVELS.find((level) => level === from || level === to) ?? to;
      this.setLogLevels(levelsFrom(talkative));
      this.warn('The log level is changed', { from, to, by });
      this.setLogLevels(levelsFrom(to));
    });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (WIRING.has(rest.at(-1))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === FAILED_START) super.debug(message, ...rest);
    else super.error(message, ...rest);
  }

  protected override getJsonLogObject(
    ...args: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    const line = super.getJsonLogObject(...args);
    return maskFields(line) as typeof line;
  }
}

function levelsFrom(level: BridgeLogLevel): LogLevel[] {
  return LEVELS.slice(0, LEVELS.indexOf(LEAST[level]) + 1);
}
