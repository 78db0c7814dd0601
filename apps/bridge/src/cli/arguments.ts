import { parseArgs } from 'node:util';

/** What the operator has asked for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'check'; readonly json: boolean }
  | { readonly name: 'backup'; readonly json: boolean; readonly file: string }
  | { readonly name: 'recover'; readonly json: boolean; readonly outboxId: string | null }
  | {
      readonly name: 'reconcile';
      readonly json: boolean;
      readonly apply: boolean;
      readonly resendMissing: boolean;
      readonly topics: readonly string[];
    };

export const USAGE = `npm run outbox -- <command> [options]

  check                     looks at the outbox and at Kafka and says what the bridge would do; changes nothing
  backup FILE               copies an SQLite outbox, also while the bridge runs
  recover                   makes a new outbox of what can be read of a damaged SQLite file (bridge stopped)
      --outbox-id ID        its name, where the damaged file has lost it
  reconcile                 compares the outbox with Kafka and says what it would put right (bridge stopped)
      --apply               does it
      --topic NAME          looks in this topic as well, which the outbox does not know; may be repeated
      --resend-missing      also sends again what the outbox calls sent and Kafka has lost

  --json                    the answer as JSON, for scripts

It reads the same variables as the bridge. Exit codes: 0 well, 1 something is to be done, 2 it could not be done,
64 wrong options, 73 a bridge has the outbox open, 78 wrong variables. See docs/operations.md.
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  apply: { type: 'boolean', default: false },
  'resend-missing': { type: 'boolean', default: false },
  topic: { type: 'string', multiple: true, default: [] as string[] },
  'outbox-id': { type: 'string' },
} as const;

/** Options that belong to one command; the others take `--json` alone. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  check: [],
  backup: [],
  recover: ['outbox-id'],
  reconcile: ['apply', 'resend-missing', 'topic'],
};

/** The command line cannot be understood; the message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError. */
export function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  const [name, file, ...more] = positionals;
  if (values.help || name === undefined || name === 'help') return { name: 'help' };
  const own = OWN[name];
  if (own === undefined) throw new UsageError(`There is no command ${name}.`);
  for (const option of args.filter((arg) => arg.startsWith('--')).map(nameOf)) {
    if (option !== 'json' && !own.includes(option)) {
      throw new UsageError(`${name} has no option --${option}.`);
    }
  }
  if (name === 'backup') {
    if (file === undefined) throw new UsageError('backup needs the name of the file to be made.');
  } else if (file !== undefined) {
    throw new UsageError(`${name} takes no ${file}.`);
  }
  if (more.length > 0) throw new UsageError(`${name} takes no ${more.join(' ')}.`);
  const { json } = values;
  if (name === 'check') return { name, json };
  if (name === 'backup') return { name, json, file: file ?? '' };
  if (name === 'recover') return { name, json, outboxId: outboxIdOf(values['outbox-id']) };
  const { apply, topic, 'resend-missing': resendMissing } = values;
  return { name: 'reconcile', json, apply, resendMissing, topics: topic };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function nameOf(option: string): string {
  return option.slice(2).split('=')[0] ?? '';
}

function outboxIdOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (/^[0-9a-f]{16}$/.test(given)) return given;
  throw new UsageError('An outbox id is 16 digits or letters from a to f.');
}
