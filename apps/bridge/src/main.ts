import type { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { headText, OutboxError, OutboxStore } from '@bridge/outbox';
import { Door, Tokens } from './access/index.js';
import { auditKeys } from './audit/index.js';
import { AppModule } from './app.module.js';
import { cautions } from './config/cautions.js';
import { ConfigurationError } from './config/configuration.error.js';
import { readEnvironment, supervision } from './config/environment.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { BridgeLogger, LogThreshold } from './logging/index.js';
import { guardMemory } from './memory-guard.js';
import { mask } from './privacy/index.js';
import { createHttpAdapter } from './http/index.js';
import { ServiceManager } from './service-manager/index.js';

/** A supervisor kills after 30 s at the earliest; by then everything is in order or said. */
const STOP_WITHIN_MS = 29_000;

async function main(): Promise<void> {
  const config = readEnvironment();
  const threshold = new LogThreshold(config.logLevel);
  const logger = new BridgeLogger(threshold);
  process.on('SIGUSR2', (signal) => threshold.toggle(signal));
  guardMemory(logger);
  // Node would write them as text between lines that a log collector reads as JSON.
  process.removeAllListeners('warning').on('warning', ({ stack }) => logger.warn(stack));
  process.on('uncaughtException', (error) => die(logger, 'An uncaught error', error));
  process.on('unhandledRejection', (error) => {
    if (isAbandonedClient(error)) logger.debug(`An abandoned Kafka client: ${String(error)}`);
    else die(logger, 'An unhandled rejection', error);
  });
  const { path, identities, oidc, rates } = config.access;
  const door = new Door(path, identities, oidc === null ? null : new Tokens(oidc));
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, threshold),
    createHttpAdapter({ ...config.http, door, rates }),
    { logger, bodyParser: false, abortOnError: false },
  );
  for (const caution of cautions(config, Date.now())) logger.warn(caution);
  const store = app.get(OutboxStore, { strict: false });
  store.onFatal((error) => die(logger, 'The storage has failed for good', error));
  if (store.repaired !== null) logger.warn(`The outbox was put right: ${store.repaired}`);
  // Whoever keeps the logs elsewhere sees by this line whether the audit was cut.
  logger.log('The audit', { head: headText(await store.auditHead()) });
  auditKeys(door, store);
  door.start();
  await app.listen({ host: config.http.host, port: config.http.port });
  const { host, port, tls } = config.http;
  logger.log('Listening', { host, port, tls: tls !== null });
  const manager = new ServiceManager(supervision(), logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      manager.stopping();
      void stop(app, door, logger, signal);
    });
  }
  manager.ready();
}

/** New records are refused, waiting POSTs are answered, the batch in flight ends, the outbox closes. */
async function stop(
  app: NestFastifyApplication,
  door: Door,
  logger: ConsoleLogger,
  signal: string,
): Promise<void> {
  logger.log('Stopping', { signal });
  setTimeout(() => {
    logger.error('The stop took too long; the next start recovers what was open');
    process.exit(EXIT.software);
  }, STOP_WITHIN_MS).unref();
  try {
    await app.close();
    door.stop();
    logger.log('Stopped');
    process.exit(0);
  } catch (error) {
    die(logger, 'The stop failed', error);
  }
}

/** After an error that nobody handled nothing in memory can be trusted; what is durable is safe. */
function die(logger: ConsoleLogger, message: string, error: unknown): never {
  const stack = error instanceof Error ? error.stack : String(error);
  logger.fatal(message, { stack });
  process.exit(EXIT.software);
}

/**
 * Kafka clients are thrown away in the middle of their work, and kafkajs does not catch all of its own promises.
 * Whoever needed an answer has asked the ledger by then.
 */
function isAbandonedClient(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}

/** One clear line for what an operator can put right, the stack for what he cannot. */
function explain(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  if (error instanceof OutboxError) return `${error.code}: ${error.message}`;
  if (exitCodeOf(error) === EXIT.unavailable && error instanceof Error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${mask(explain(error))}\n`);
  process.exit(exitCodeOf(error));
}
