import { parseArgs } from 'node:util';
import {
  certificateName,
  isCertificateName,
  isName,
  isRole,
  isTenantName,
  isTopicPattern,
  type Role,
  type Tenant,
} from '../access/index.js';
import { parseDuration, parseSize } from '../config/units.js';
import { UsageError } from './arguments.js';

/** What the operator has asked for. Times are milliseconds. */
export type KeysCommand =
  | { readonly name: 'help' }
  | { readonly name: 'list' | 'tenants'; readonly json: boolean }
  | {
      readonly name: 'create';
      readonly json: boolean;
      readonly key: {
        readonly name: string;
        readonly roles: readonly Role[];
        readonly topics: readonly string[];
        readonly tenant: string | null;
        readonly validMs: number | null;
        readonly certificate?: string;
      };
    }
  | { readonly name: 'tenant'; readonly json: boolean; readonly tenant: Tenant }
  | { readonly name: 'remove-tenant'; readonly json: boolean; readonly tenant: string }
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
      --role ROLE           what it may do: produce, read, replay, reveal, admin; may be repeated
      --topic TOPIC         a topic, or the beginning of topics with a * at its end; may be repeated ("*": all)
      --tenant NAME         whose key it is; it reaches only topics of this tenant
      --certificate NAME    no key: whoever has the certificate CN=name, DNS=name, URI=name or SHA256=fingerprint
      --expires TIME        how long it is valid, such as 90d; without it until it is revoked
  list                      shows whose keys there are, what they may do, and when each was used last
  revoke ID                 ends a key; the bridge refuses it within a second
  rotate ID                 makes a new key with the same rights; the old one stays valid for a while
      --overlap TIME        how long, 24h by default

  tenant NAME               makes a tenant, or changes it
      --topic TOPIC         its namespace, as above; may be repeated; no other tenant's may overlap it
      --records-per-second N, --bytes-per-second SIZE, --queued-rows N
                            what it may post, on each instance; without them there is no limit
  tenants                   shows whose topics are whose, and what each may post
  remove-tenant NAME        takes a tenant away that has no keys; its records go on to Kafka

  --json                    the answer as JSON, for scripts

The keys stand in the file KEYS_PATH (./data/keys.json), without their secrets. The bridge reads it again by itself.
Exit codes: 0 done, 1 there is no such key or tenant, 64 wrong options, 78 the file is not right. See docs/access.md.
`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  role: { type: 'string', multiple: true, default: [] as string[] },
  topic: { type: 'string', multiple: true, default: [] as string[] },
  tenant: { type: 'string' },
  'records-per-second': { type: 'string' },
  'bytes-per-second': { type: 'string' },
  'queued-rows': { type: 'string' },
  expires: { type: 'string' },
  certificate: { type: 'string' },
  overlap: { type: 'string' },
} as const;

/** Options that belong to one command; the others take `--json` alone. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  create: ['role', 'topic', 'tenant', 'expires', 'certificate'],
  tenant: ['topic', 'records-per-second', 'bytes-per-second', 'queued-rows'],
  'remove-tenant': [],
  list: [],
  tenants: [],
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
  if (name === 'list' || name === 'tenants') {
    if (what !== undefined) throw new UsageError(`${name} takes no ${what}.`);
    return { name, json };
  }
  if (what === undefined)
    throw new UsageError(
      `${name} needs ${['revoke', 'rotate'].includes(name) ? 'the id of a key' : 'a name'}.`,
    );
  if (name === 'remove-tenant') return { name, json, tenant: what };
  if (name === 'tenant') return { name, json, tenant: tenantOf(what, values) };
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
    tenant = null,
    certificate,
  }: {
    readonly role: readonly string[];
    readonly topic: readonly string[];
    readonly tenant?: string | null | undefined;
    readonly certificate?: string | undefined;
  },
) {
  if (!isName(name))
    throw new UsageError('A name is 1 to 100 characters without control characters.');
  if (role.length === 0)
    throw new UsageError('create needs --role: produce, read, replay, reveal or admin.');
  if (topic.length === 0) throw new UsageError('create needs --topic; --topic "*" is every topic.');
  const roles = role.map((one) => {
    if (!isRole(one))
      throw new UsageError(`There is no role ${one}: produce, read, replay, reveal, admin.`);
    return one;
  });
  const rights = { name, roles: [...new Set(roles)], topics: topicsOf(topic), tenant };
  return certificate === undefined ? rights : { ...rights, certificate: named(certificate) };
}

function topicsOf(given: readonly string[]): readonly string[] {
  const wrong = given.find((one) => !isTopicPattern(one));
  if (wrong !== undefined) throw new UsageError(`${wrong} is no topic and no beginning of one.`);
  return [...new Set(given)];
}

function tenantOf(name: string, values: ReturnType<typeof parsed>['values']): Tenant {
  if (!isTenantName(name)) {
    throw new UsageError(
      'A tenant has 1 to 63 of a-z, 0-9, - and _, and begins with none of these two.',
    );
  }
  if (values.topic.length === 0) throw new UsageError('tenant needs --topic, its namespace.');
  const records = countOf(values['records-per-second']);
  const rows = countOf(values['queued-rows']);
  const bytes = values['bytes-per-second'];
  const size = bytes === undefined ? null : parseSize(bytes);
  if (bytes !== undefined && (size === null || size < 1)) {
    throw new UsageError(`${bytes} is no size such as 500KiB or 1MiB.`);
  }
  return {
    name,
    topics: topicsOf(values.topic),
    ...(records === null ? {} : { records_per_second: records }),
    ...(size === null ? {} : { bytes_per_second: size }),
    ...(rows === null ? {} : { queued_rows: rows }),
  };
}

function countOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new UsageError(`${text} is no number from 1.`);
  return Number(text);
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
