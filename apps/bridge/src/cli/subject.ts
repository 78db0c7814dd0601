import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { eraseSubject, findSubject, OutboxError, type SubjectRecord } from '@bridge/outbox';
import { ConfigurationError } from '../config/configuration.error.js';
import { readEnvironment } from '../config/environment.js';
import { EXIT } from '../exit-codes.js';
import { markOf, subjectOf } from '../privacy/index.js';
import { UsageError } from './arguments.js';
import { count, moment, RESULT } from './report.js';
import { readSubjectArguments, SUBJECT_USAGE, type SubjectCommand } from './subject-arguments.js';

/* `npm run subject`: which records are about somebody, and how their contents leave the outbox. */

const USAGE_EXIT = 64;

try {
  const command = readSubjectArguments(process.argv.slice(2));
  if (command.name === 'help') process.stdout.write(SUBJECT_USAGE);
  else await run(command);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = exitOf(error);
}

async function run(command: Exclude<SubjectCommand, { readonly name: 'help' }>): Promise<void> {
  const { url, ballastBytes, subjectKeys } = readEnvironment().outbox;
  if (subjectKeys === null) {
    const reason = 'is needed: nobody was noted whom records are about';
    throw new ConfigurationError([{ variable: 'SUBJECTS_KEY_PATH', reason }]);
  }
  const subject = subjectOf(command.kind, await typed(command.kind));
  if (subject === null) throw new UsageError(`That is no valid ${command.kind}.`);
  // Also by the keys of before.
  const marks = subjectKeys.map(({ key }) => markOf(subject, key));
  const actor = userInfo().username;
  if (command.name === 'find') {
    const found = await findSubject(url, marks, actor);
    say(command.json, { marks, found: found.map(viewOf) }, [
      ...found.map(lineOf),
      `${count(found.length, 'record')} by the mark ${marks.join(', ')}.`,
    ]);
    return;
  }
  const { erased, left } = await eraseSubject({ url, ballastBytes }, marks, actor);
  process.exitCode = left.length === 0 ? RESULT.well : RESULT.toDo;
  const kept = 'deliver or discard first, then erase again; these have their contents:';
  say(command.json, { marks, erased: erased.map(viewOf), left: left.map(viewOf) }, [
    `The contents of ${count(erased.length, 'record')} are erased. What Kafka has is not touched:`,
    ...erased.map(lineOf),
    ...(left.length === 0
      ? []
      : [`${count(left.length, 'record')} to ${kept}`, ...left.map(lineOf)]),
  ]);
}

async function typed(kind: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write(`${kind}: `);
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}

function viewOf({ messageId, topic, status, createdAt, partition, offset, purged }: SubjectRecord) {
  const at = moment(createdAt);
  return { message_id: messageId, topic, status, created_at: at, partition, offset, purged };
}

function lineOf({ messageId, topic, status, createdAt, partition, offset, purged }: SubjectRecord) {
  const place = offset === null ? '' : `, in Kafka at ${partition ?? '?'}/${offset}`;
  const gone = purged ? ', its contents are gone here' : '';
  return `  ${moment(createdAt)}  ${topic}  ${messageId}: ${status}${place}${gone}`;
}

function say(json: boolean, answer: object, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${lines.join('\n')}\n`);
}

function messageOf(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${SUBJECT_USAGE}`;
  if (error instanceof OutboxError) return `${error.code}: ${error.message}\nNothing was changed.`;
  if (error instanceof ConfigurationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function exitOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_EXIT;
  if (error instanceof ConfigurationError) return EXIT.config;
  if (error instanceof OutboxError && error.code === 'storage_locked') return EXIT.locked;
  return error instanceof OutboxError ? RESULT.notDone : EXIT.software;
}
