import {
  checkAudit,
  headText,
  listAudit,
  OutboxError,
  type AuditFinding,
  type AuditLine,
  type CheckedAudit,
} from '@bridge/outbox';
import { ConfigurationError } from '../config/configuration.error.js';
import { readEnvironment } from '../config/environment.js';
import { maskFields } from '../privacy/index.js';
import { EXIT } from '../exit-codes.js';
import { UsageError } from './arguments.js';
import { AUDIT_USAGE, readAuditArguments, type AuditCommand } from './audit-arguments.js';
import { count, moment, RESULT } from './report.js';

/* `npm run audit`: whether what was written down of people's doings is as it was written, and what it says. */

const USAGE_EXIT = 64;

try {
  await run(readAuditArguments(process.argv.slice(2), Date.now()));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = exitOf(error);
}

async function run(command: AuditCommand): Promise<void> {
  if (command.name === 'help') {
    process.stdout.write(AUDIT_USAGE);
    return;
  }
  const { url } = readEnvironment().outbox;
  if (command.name === 'list') {
    await listAudit(url, command.since, (line) =>
      say(command.json ? jsonOf(shown(line)) : textOf(shown(line))),
    );
    return;
  }
  const checked = await checkAudit(url, command.head);
  const isBroken = checked.findings.some(({ known }) => !known);
  process.exitCode = isBroken ? RESULT.toDo : RESULT.well;
  if (command.json) {
    const { head, findings } = checked;
    say(JSON.stringify({ count: checked.count, head: headText(head), findings }));
  } else for (const line of linesOf(checked, isBroken)) say(line);
}

function linesOf({ count: rows, head, findings }: CheckedAudit, isBroken: boolean): string[] {
  return [
    ...findings.map(wordsOf),
    `${count(rows, 'row')}${isBroken ? '. The audit is not as it was written.' : ', in order.'}`,
    `Its head is ${headText(head)}: note it where nobody can change it, and give it to the next check with --head.`,
  ];
}

function wordsOf({ fault, id, to, known }: AuditFinding): string {
  const rows = id === to ? `row ${id}` : `rows ${id} to ${to}`;
  const lost = known ? ' (lost with a damaged database, as recover has noted)' : '';
  switch (fault) {
    case 'changed':
      return `changed: the ${rows} is not what was written.`;
    case 'removed':
      return `removed: the ${rows} ${id === to ? 'is' : 'are'} missing${lost}.`;
    case 'inserted':
      return `inserted: the ${rows} ${id === to ? 'was' : 'were'} not written by the bridge.`;
    case 'cut':
      return `cut: the ${rows} at the end ${id === to ? 'is' : 'are'} missing${lost}.`;
    case 'other':
      return `other: the ${rows} does not have the hash that was noted: the audit was written anew.`;
    default: {
      const unknown: never = fault;
      return unknown;
    }
  }
}

/** People write into reasons what they like. */
function shown(line: AuditLine): AuditLine {
  return maskFields(line) as AuditLine;
}

function jsonOf({ at, messageId, toTopic, ...line }: AuditLine): string {
  return JSON.stringify({ ...line, at: moment(at), message_id: messageId, to_topic: toTopic });
}

function textOf({ id, at, actor, action, messageId, topic, ...more }: AuditLine): string {
  const { toTopic, reason, detail } = more;
  const about = [messageId, topic, toTopic === null ? '' : `to ${toTopic}`].filter(Boolean);
  const words = [reason, detail].filter((text) => text !== null && text !== '');
  return [`${id}  ${moment(at)}  ${actor}  ${action}`, about.join(' '), words.join('; ')]
    .filter(Boolean)
    .join('  ');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function messageOf(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${AUDIT_USAGE}`;
  if (error instanceof OutboxError) return `${error.code}: ${error.message}`;
  if (error instanceof ConfigurationError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function exitOf(error: unknown): number {
  if (error instanceof UsageError) return USAGE_EXIT;
  if (error instanceof ConfigurationError) return EXIT.config;
  return error instanceof OutboxError ? RESULT.notDone : EXIT.software;
}
