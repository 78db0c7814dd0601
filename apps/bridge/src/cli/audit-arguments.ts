import { parseArgs } from 'node:util';
import { parseHead, type AuditHead } from '@bridge/outbox';
import { parseDuration } from '../config/units.js';
import { UsageError } from './arguments.js';

/** What the operator has asked for. */
export type AuditCommand =
  | { readonly name: 'help' }
  | { readonly name: 'check'; readonly json: boolean; readonly head: AuditHead | null }
  /** `since` is epoch milliseconds. */
  | { readonly name: 'list'; readonly json: boolean; readonly since: number };

export const AUDIT_USAGE = `npm run audit -- <command> [options]

  check                     says whether the audit is as it was written, and where it ends (its head)
      --head ID:HASH        the head as it was noted earlier: shows what was cut off since, or written anew
  list                      shows who did what, oldest first
      --since TIME          only from then on: 7d, 12h, or a moment such as 2026-11-24T08:00:00Z

  --json                    for scripts: check one object, list one object a line

It reads the same variables as the bridge, changes nothing, and may run beside it. Exit codes: 0 in order, 1 it is not
what was written, 2 it could not be read, 64 wrong options, 78 wrong variables. See docs/operations.md.
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  head: { type: 'string' },
  since: { type: 'string' },
} as const;

/** @throws UsageError. */
export function readAuditArguments(args: readonly string[], now: number): AuditCommand {
  const { values, positionals } = parsed(args);
  const [name, ...more] = positionals;
  if (values.help || name === undefined || name === 'help') return { name: 'help' };
  const { json, head, since } = values;
  if (name !== 'check' && name !== 'list') throw new UsageError(`There is no command ${name}.`);
  if (more.length > 0) throw new UsageError(`${name} takes no ${more.join(' ')}.`);
  if (name === 'check') {
    if (since !== undefined) throw new UsageError('check has no option --since.');
    return { name, json, head: head === undefined ? null : headOf(head) };
  }
  if (head !== undefined) throw new UsageError('list has no option --head.');
  return { name, json, since: since === undefined ? 0 : momentOf(since, now) };
}

function headOf(text: string): AuditHead {
  const head = parseHead(text);
  if (head === null) throw new UsageError('A head is a number, a colon, and 64 digits or letters.');
  return head;
}

function momentOf(text: string, now: number): number {
  const ms = parseDuration(text);
  if (ms !== null) return now - ms;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new UsageError(`${text} is no time such as 7d or 2026-11-24.`);
  return at;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
