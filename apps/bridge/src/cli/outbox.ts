import { KafkaError } from '@bridge/kafka';
import { OutboxError } from '@bridge/outbox';
import { ConfigurationError } from '../config/configuration.error.js';
import { readEnvironment } from '../config/environment.js';
import { EXIT } from '../exit-codes.js';
import { readArguments, USAGE, UsageError, type Command } from './arguments.js';
import { backup } from './backup.js';
import { check } from './check.js';
import { Mismatch } from './findings.js';
import { namesInKafka, recover } from './recover.js';
import { reconcile } from './reconcile.js';
import { RESULT, type Report } from './report.js';

/* `npm run outbox`: what the operator does to an outbox beside running a bridge on it. */

const USAGE_EXIT = 64;

process.on('unhandledRejection', (error) => {
  // A Kafka client that was let go of does not catch all of its own promises; whoever needed the answer has one.
  if (error instanceof Error && error.name.startsWith('KafkaJS')) return;
  end(error);
});

try {
  const command = readArguments(process.argv.slice(2));
  if (command.name === 'help') {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  const { result, lines, json } = await run(command);
  process.stdout.write(
    command.json ? `${JSON.stringify(json, asText)}\n` : `${lines.join('\n')}\n`,
  );
  process.exitCode = result;
} catch (error) {
  end(error);
}

async function run(command: Exclude<Command, { readonly name: 'help' }>): Promise<Report> {
  const config = readEnvironment();
  switch (command.name) {
    case 'check':
      return check(config);
    case 'backup':
      return backup(config, command.file);
    case 'recover':
      return recoverOrNameIt(config, command.outboxId);
    case 'reconcile':
      return reconcile(config, command, progress);
    default: {
      const unknown: never = command;
      return unknown;
    }
  }
}

/** The names that may be meant stand in Kafka. */
async function recoverOrNameIt(
  config: ReturnType<typeof readEnvironment>,
  outboxId: string | null,
): Promise<Report> {
  try {
    return await recover(config, outboxId, progress);
  } catch (error) {
    if (!(error instanceof OutboxError) || !error.message.includes('--outbox-id')) throw error;
    const names = await namesInKafka(config);
    const known = names.length === 0 ? 'Kafka names none.' : `Kafka has: ${names.join(', ')}.`;
    return {
      result: RESULT.notDone,
      lines: [`${error.code}: ${error.message} ${known}`],
      json: { code: error.code, message: error.message, names },
    };
  }
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** One line for what an operator can put right, the stack for a defect. */
function end(error: unknown): never {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}`);
  else if (error instanceof ConfigurationError) process.stderr.write(`${error.message}\n`);
  else if (error instanceof OutboxError || error instanceof KafkaError)
    process.stderr.write(`${error.code}: ${error.message}\nNothing was changed.\n`);
  else if (error instanceof Mismatch) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(exitOf(error));
}

function exitOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_EXIT;
  if (error instanceof ConfigurationError) return EXIT.config;
  if (error instanceof OutboxError && error.code === 'storage_locked') return EXIT.locked;
  if (error instanceof OutboxError || error instanceof KafkaError) return RESULT.notDone;
  return error instanceof Mismatch ? RESULT.notDone : EXIT.software;
}
