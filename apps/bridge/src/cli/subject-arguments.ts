import { parseArgs } from 'node:util';
import type { SubjectKind } from '../privacy/index.js';
import { UsageError } from './arguments.js';

/** What the operator has asked for. */
export type SubjectCommand =
  | { readonly name: 'help' }
  | { readonly name: 'find' | 'erase'; readonly json: boolean; readonly kind: SubjectKind };

export const SUBJECT_USAGE = `npm run subject -- <command> --cpf | --cnpj | --email [options]

  find                      lists the records that are about somebody, also while the bridge runs; the audit keeps who has looked
  erase                     removes the contents of those that were sent (bridge stopped); names those that were not

  --json                    the answer as JSON, for scripts

Who it is, is read from standard input, and not from the command line, which others can see: type it and press Enter, or
  npm run --silent subject -- find --cpf < file

It reads the same variables as the bridge and needs SUBJECTS_KEY_PATH. Exit codes: 0 done, 1 erase has left some, 2 it could not
be done, 64 wrong options or no valid CPF, CNPJ or address, 73 a bridge has the outbox open, 78 wrong variables. See docs/lgpd.md.
`;

const KINDS: readonly SubjectKind[] = ['cpf', 'cnpj', 'email'];
const OPTIONS = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  cpf: { type: 'boolean', default: false },
  cnpj: { type: 'boolean', default: false },
  email: { type: 'boolean', default: false },
} as const;

/** @throws UsageError. */
export function readSubjectArguments(args: readonly string[]): SubjectCommand {
  const { values, positionals } = parsed(args);
  const [name, ...more] = positionals;
  if (values.help || name === undefined || name === 'help') return { name: 'help' };
  if (name !== 'find' && name !== 'erase') throw new UsageError('There is no such command.');
  // What stands there may be what must not be repeated.
  if (more.length > 0) throw new UsageError('Who it is, is read from standard input.');
  const [kind, ...others] = KINDS.filter((one) => values[one]);
  if (kind === undefined || others.length > 0) {
    throw new UsageError(`${name} needs one of --cpf, --cnpj and --email.`);
  }
  return { name, json: values.json, kind };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch {
    throw new UsageError('An option is not known, or has a value: see below.');
  }
}
