import { parseArgs } from 'node:util';
import { UsageError } from './arguments.js';

/** What the operator has asked for. */
export type TopCommand =
  | { readonly name: 'help' }
  | {
      readonly name: 'top';
      /** Null: the bridge of these variables. */
      readonly url: string | null;
      readonly keyFile: string | null;
      readonly once: boolean;
      readonly everyMs: number;
    };

export const TOP_USAGE = `npm run top -- [URL] [options]

Shows what the bridge does, anew every two seconds: rates, backlog, dead letters, and what is stuck since when and why.

  URL                       of the bridge; otherwise the one of PORT on this machine
      --key-file FILE       a file with a key of the role read, where the bridge has keys
      --every SECONDS       how often, from 1 to 3600
      --once                shows it once, and ends

Ends with Ctrl-C. Exit codes: 0, 2 the bridge did not answer as it should (--once), 64 wrong options. See docs/operations.md.
`;

const OPTIONS = {
  help: { type: 'boolean', default: false },
  once: { type: 'boolean', default: false },
  every: { type: 'string', default: '2' },
  'key-file': { type: 'string' },
} as const;

/** @throws UsageError. */
export function readTopArguments(args: readonly string[]): TopCommand {
  const { values, positionals } = parsed(args);
  const [url = null, ...more] = positionals;
  if (values.help || url === 'help') return { name: 'help' };
  if (more.length > 0) throw new UsageError(`top takes no ${more.join(' ')}.`);
  if (url !== null && !(URL.canParse(url) && /^https?:/.test(url))) {
    throw new UsageError(`${url} is no URL such as http://127.0.0.1:8081.`);
  }
  if (!/^\d{1,4}$/.test(values.every) || Number(values.every) < 1 || Number(values.every) > 3_600) {
    throw new UsageError('--every takes seconds from 1 to 3600.');
  }
  const { once, every, 'key-file': keyFile = null } = values;
  return { name: 'top', url, keyFile, once, everyMs: Number(every) * 1_000 };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
