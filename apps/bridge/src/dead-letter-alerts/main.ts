import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '../config/configuration.error.js';
import { readEnvironment } from '../config/environment.js';
import { EXIT } from '../exit-codes.js';
import { BridgeLogger, LogThreshold } from '../logging/index.js';
import { guardMemory } from '../memory-guard.js';
import { deadLetterAlerts, type DeadLetterAlerts } from './dead-letter-alerts.js';

const AGAIN_MS = 10_000;

async function main(): Promise<void> {
  const config = readEnvironment();
  const threshold = new LogThreshold(config.logLevel);
  const logger = new BridgeLogger(threshold);
  process.on('SIGUSR2', (signal) => threshold.toggle(signal));
  guardMemory(logger);
  const end = (message: string, error: unknown): never => {
    logger.fatal(message, { stack: error instanceof Error ? error.stack : String(error) });
    process.exit(EXIT.software);
  };
  const alerts = await deadLetterAlerts(config, logger, (error) => end('It reads no more', error));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      alerts.app.close().then(
        () => process.exit(0),
        (error: unknown) => end('The stop failed', error),
      );
    });
  }
  await listen(alerts, logger);
  logger.log('Listening', { topic: config.delivery.deadLetterTopic });
}

/** Kafka may be away, and the topic may not be there before the first letter. Told once. */
async function listen({ app, server }: DeadLetterAlerts, logger: BridgeLogger): Promise<void> {
  for (let failures = 0; ; failures++) {
    try {
      await app.listen();
      return;
    } catch (error) {
      const { message } = error as Error;
      if (failures === 0) logger.warn(`The dead letter topic cannot be read yet: ${message}`);
      await server.close();
      await pause(AGAIN_MS);
    }
  }
}

try {
  await main();
} catch (error) {
  const isConfiguration = error instanceof ConfigurationError;
  const text = error instanceof Error && !isConfiguration ? error.stack : String(error);
  process.stderr.write(`${isConfiguration ? error.message : text}\n`);
  process.exit(isConfiguration ? EXIT.config : EXIT.software);
}
