import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import { maskFields } from './privacy/index.js';
import type { BridgeConfig } from './config/bridge.config.js';

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug'];
const LEAST: Readonly<Record<BridgeConfig['logLevel'], LogLevel>> = {
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
  constructor(level: BridgeConfig['logLevel']) {
    const logLevels = LEVELS.slice(0, LEVELS.indexOf(LEAST[level]) + 1);
    super('Bridge', { json: true, colors: false, logLevels });
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
