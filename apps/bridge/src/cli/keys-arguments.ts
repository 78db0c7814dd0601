import { parseArgs } from 'node:util';
import {
  certificateName,
  isCertificateName,
  isName,
  isRole,
  isTopicPattern,
  type Role,
} from '../access/index.js';
import { parseDuration } from '../config/units.js';
import { UsageError } from './arguments.js';

/** What the operator has asked for. Times are milliseconds. */
export type KeysCommand =
  | { readonly name: 'help' }
  | { readonly name: 'list'; readonly json: boolean }
  | {
      readonly name: 'create';
      readonly json: boolean;
      readonly key: {
        readonly name: string;
        readonly roles: readonly Role[];
        readonly topics: readonly string[];
        readonly validMs: number | null;
        readonly certificate?: string;
      };
    }
  | { readonly name: 'revoke'; readonly json: boolean; readonly id: string }
  | {
      readonly name: 'rotate';
      readonly json: boolean;
      readonly id: string;
      readonly overlapMs: number;
    };

const DAY_MS = 86_400_000;

export const KEYS_USAGE = `npm run keys -- <command> [options]

  create NAME               makes a key and shows it, once
      --role ROLE           what it may do: produce, read, replay, admin; may be repeated
      --topic TOPIC         a topic, or the beginning of topics with a * at its end; may be repeated ("*": all)
      --certificate NAME    no key: whoever has the certificate CN=name, DNS=name, URI=name or SHA256=fingerprint
      --expires TIME        how long it is valid, such as 90d; without it until it is revoked
  list                      shows whose keys there are, what they may do, and when each was used last
  revoke ID                 ends a key; the bridge refuses it within a second
  rotate ID                 makes a new key with the same rights; the old one stays valid for a while
      --overlap TIME        how long, 24h by default

  --json                    the answer as JSON, for scripts

The keys stand in the file KEYS_PATH (./data/keys.json), without their secrets. The bridge reads it again by itself.
Exit codes: 0 done, 1 there is no such key, 64 wrong options, 78 the file is not right. See docs/access.md.
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  role: { type: 'string', multiple: true, default: [] as string[] },
  topic: { type: 'string', multiple: true, default: [] as string[] },
  expires: { type: 'string' },
  certificate: { type: 'string' },
  overlap: { type: 'string' },
} as const;

/** Options that belong to one command; the others take `--json` alone. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  create: ['role', 'topic', 'expires', 'certificate'],
  list: [],
  revoke: [],
  rotate: ['overlap'],
};

/** @throws UsageError. */
export function readKeysArguments(args: readonly string[]): KeysCommand {
  const { values, positionals } = parsed(args);
  const [name, what, ...more] = positionals;
  const { json } = values;
  if (values.help || name === undefined || name === 'help') return { name: 'help' };
  const own = OWN[name];
  if (own === undefined) throw new UsageError(`There is no command ${name}.`);
  const options = args
    .filter((arg) => arg.startsWith('--'))
    .map((arg) => arg.slice(2).split('=')[0] ?? '');
  const foreign = options.find((option) => option !== 'json' && !own.includes(option));
  if (foreign !== undefined) throw new UsageError(`${name} has no option --${foreign}.`);
  if (more.length > 0) throw new UsageError(`${name} takes no ${more.join(' ')}.`);
  if (name === 'list') {
    if (what !== undefined) throw new UsageError(`list takes no ${what}.`);
    return { name, json };
  }
  if (what === undefined)
    throw new UsageError(`${name} needs ${name === 'create' ? 'a name' : 'the id of a key'}.`);
  if (name === 'revoke') return { name, json, id: what };
  if (name === 'rotate')
    return { name, json, id: what, overlapMs: timeOf(values.overlap) ?? DAY_MS };
  return { name: 'create', json, key: { ...keyOf(what, values), validMs: timeOf(values.expires) } };
}

function keyOf(
  name: string,
  {
    role,
    topic,
    certificate,
  }: {
    readonly role: readonly string[];
    readonly topic: readonly string[];
    readonly certificate?: string | undefined;
  },
) {
  if (!isName(name))
    throw new UsageError('A name is 1 to 100 characters without control characters.');
  if (role.length === 0)
    throw new UsageError('create needs --role: produce, read, replay or admin.');
  if (topic.length === 0) throw new UsageError('create needs --topic; --topic "*" is every topic.');
  const roles = role.map((one) => {
    if (!isRole(one))
      throw new UsageError(`There is no role ${one}: produce, read, replay, admin.`);
    return one;
  });
  const wrong = topic.find((one) => !isTopicPattern(one));
  if (wrong !== undefined) throw new UsageError(`${wrong} is no topic and no beginning of one.`);
  const rights = { name, roles: [...new Set(roles)], topics: [...new Set(topic)] };
  return certificate === undefined ? rights : { ...rights, certificate: named(certificate) };
}

function named(certificate: string): string {
  const name = certificateName(certificate);
  if (isCertificateName(name)) return name;
  throw new UsageError(
    `${certificate} names no certificate: CN=name, DNS=name, URI=name or SHA256=fingerprint.`,
  );
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = parseDuration(text);
  if (ms === null || ms <= 0) throw new UsageError(`${text} is no time such as 90d, 12h or 30m.`);
  return ms;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
