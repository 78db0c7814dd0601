import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import {
  created,
  isValid,
  makeFolder,
  readIdentities,
  readLastUse,
  revoked,
  rotated,
  withLock,
  writeIdentities,
  type Changed,
  type Identity,
} from '../access/index.js';
import { keysPath } from '../config/environment.js';
import { EXIT } from '../exit-codes.js';
import { UsageError } from './arguments.js';
import { KEYS_USAGE, readKeysArguments, type KeysCommand } from './keys-arguments.js';

/* `npm run keys`: who may come in, and what for. */

const USAGE_EXIT = 64;
const NO_SUCH_KEY = 1;

try {
  run(readKeysArguments(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${KEYS_USAGE}`);
  else process.stderr.write(`${keysPath()}: ${(error as Error).message}\nNothing was changed.\n`);
  process.exitCode = error instanceof UsageError ? USAGE_EXIT : EXIT.config;
}

function run(command: KeysCommand): void {
  if (command.name === 'help') {
    process.stdout.write(KEYS_USAGE);
    return;
  }
  const path = keysPath();
  if (command.name === 'list') {
    const { entries } = readIdentities(path);
    const used = readLastUse(path);
    const views = entries.map((one) => viewOf(one, used[one.id] ?? null));
    write(
      command.json ? JSON.stringify(views) : views.map(lineOf).join('\n') || 'There are no keys.',
    );
    return;
  }
  const changed = changeFile(path, command);
  if (changed === null) {
    process.stderr.write(
      'There is no such key, or it is revoked already; that of a certificate cannot be rotated.\n',
    );
    process.exitCode = NO_SUCH_KEY;
    return;
  }
  const { id, text: key } = changed;
  if (command.json) write(JSON.stringify({ id, ...(key === null ? {} : { key }) }));
  else if (key !== null) write(`${key}\nThis key is not shown again. Its id is ${id}.`);
  else write(command.name === 'revoke' ? `${id} is revoked.` : `Its id is ${id}.`);
}

type Change = Exclude<KeysCommand, { readonly name: 'help' | 'list' }>;

/** Two commands at once change it one after the other. */
function changeFile(path: string, command: Change): Changed | null {
  makeFolder(dirname(path));
  return withLock(path, () => {
    const changed = change(command, readIdentities(path).entries);
    if (changed !== null) writeIdentities(path, changed.entries);
    return changed;
  });
}

function change(command: Change, entries: readonly Identity[]): Changed | null {
  const now = Date.now();
  const by = userInfo().username;
  switch (command.name) {
    case 'create':
      checkCertificate(entries, command.key.certificate, now);
      return created(entries, command.key, by, now);
    case 'revoke':
      return revoked(entries, command.id, now);
    case 'rotate':
      return rotated(entries, command.id, by, now, command.overlapMs);
    default: {
      const unknown: never = command;
      return unknown;
    }
  }
}

/** Two that are valid at once would let nobody in. */
function checkCertificate(
  entries: readonly Identity[],
  certificate: string | undefined,
  now: number,
): void {
  const other = entries.find((one) => one.certificate === certificate && isValid(one, now));
  if (certificate === undefined || other === undefined) return;
  throw new UsageError(`${certificate} is named by ${other.id}: revoke that first.`);
}

interface KeyView extends Omit<Identity, 'hash'> {
  readonly state: 'valid' | 'expired' | 'revoked';
  readonly last_used_at: string | null;
}

function viewOf(identity: Identity, lastUsedAt: string | null): KeyView {
  const { id, name, roles, topics, created_at, created_by, expires_at, revoked_at } = identity;
  const ended = revoked_at === null ? 'expired' : 'revoked';
  const state = isValid(identity, Date.now()) ? 'valid' : ended;
  const stored = { id, name, roles, topics, created_at, created_by, expires_at, revoked_at };
  const { certificate } = identity;
  return {
    ...stored,
    ...(certificate === undefined ? {} : { certificate }),
    state,
    last_used_at: lastUsedAt,
  };
}

function lineOf({ id, state, name, roles, topics, ...view }: KeyView): string {
  const { expires_at, last_used_at, certificate } = view;
  const whose = certificate === undefined ? name : `${name} (${certificate})`;
  const until = expires_at === null ? '' : `, until ${expires_at}`;
  const used = last_used_at === null ? 'never used' : `used ${last_used_at}`;
  return `${id}  ${state}${until}  ${whose}: ${roles.join(', ')} on ${topics.join(', ')}; ${used}`;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
