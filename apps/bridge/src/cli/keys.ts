import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import {
  commonOf,
  created,
  faultOfTenants,
  Identities,
  isValid,
  makeFolder,
  readIdentities,
  readLastUse,
  revoked,
  rotated,
  withLock,
  withoutTenant,
  withTenant,
  wordsOfTenant,
  writeIdentities,
  type Changed,
  type Identity,
  type LastUse,
  type Tenant,
  type Tenants,
} from '../access/index.js';
import { keysPath } from '../config/environment.js';
import { EXIT } from '../exit-codes.js';
import { UsageError } from './arguments.js';
import { KEYS_USAGE, readKeysArguments, type KeysCommand } from './keys-arguments.js';

/* `npm run keys`: who may come in, and what for. */

const USAGE_EXIT = 64;
const NO_SUCH = 1;

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
  const { json } = command;
  switch (command.name) {
    case 'list':
      return list(readIdentities(path), readLastUse(path), json);
    case 'tenants':
      return listTenants(readIdentities(path).tenants, json);
    case 'tenant':
      return locked(path, (identities) => setTenant(path, identities, command.tenant, json));
    case 'remove-tenant':
      return locked(path, (identities) => removeTenant(path, identities, command.tenant, json));
    case 'create':
    case 'revoke':
    case 'rotate':
      return locked(path, (identities) => changeKeys(path, identities, command));
    default: {
      const unknown: never = command;
      return unknown;
    }
  }
}

/** Two commands at once change it one after the other. */
function locked(path: string, work: (identities: Identities) => void): void {
  makeFolder(dirname(path));
  withLock(path, () => work(readIdentities(path)));
}

function list({ entries }: Identities, used: LastUse, json: boolean): void {
  const views = entries.map((one) => viewOf(one, used[one.id] ?? null));
  write(json ? JSON.stringify(views) : views.map(lineOf).join('\n') || 'There are no keys.');
}

type KeyChange = Extract<KeysCommand, { readonly name: 'create' | 'revoke' | 'rotate' }>;

function changeKeys(path: string, { entries, tenants }: Identities, command: KeyChange): void {
  const tenant = command.name === 'create' ? command.key.tenant : null;
  if (tenant !== null && tenants.of(tenant) === null) return noSuch('tenant');
  const changed = change(command, entries);
  if (changed === null) {
    return noSuch('key', ', or it is revoked already; that of a certificate cannot be rotated');
  }
  writeIdentities(path, new Identities(changed.entries, tenants));
  const { id, text: key } = changed;
  if (command.json) write(JSON.stringify({ id, ...(key === null ? {} : { key }) }));
  else if (key !== null) write(`${key}\nThis key is not shown again. Its id is ${id}.`);
  else write(command.name === 'revoke' ? `${id} is revoked.` : `Its id is ${id}.`);
}

function change(command: KeyChange, entries: readonly Identity[]): Changed | null {
  const now = Date.now();
  const by = userInfo().username;
  switch (command.name) {
    case 'create':
      checkCertificate(entries, command.key.certificate, now);
      return created(entries, command.key, by, now);
    case 'revoke':
      return revoked(entries, command.id, by, now);
    case 'rotate':
      return rotated(entries, command.id, by, now, command.overlapMs);
    default: {
      const unknown: never = command;
      return unknown;
    }
  }
}

function setTenant(path: string, identities: Identities, tenant: Tenant, json: boolean): void {
  const tenants = withTenant(identities.tenants, {
    ...tenant,
    changed_by: userInfo().username,
  });
  const fault = faultOfTenants(tenants.entries);
  if (fault !== null) throw new Error(fault);
  writeIdentities(path, new Identities(identities.entries, tenants));
  if (json) return write(JSON.stringify(tenant));
  write(wordsOfTenant(tenant));
  const reaching = identities.entries.filter(
    (one) =>
      one.tenant === undefined &&
      isValid(one, Date.now()) &&
      commonOf(one.topics, tenant.topics).length > 0,
  );
  for (const { id, name } of reaching) {
    write(`The key ${id} (${name}) is of no tenant and reaches these topics, too.`);
  }
}

function removeTenant(path: string, identities: Identities, name: string, json: boolean): void {
  const { entries, tenants } = identities;
  if (tenants.of(name) === null) return noSuch('tenant');
  const its = entries.filter((one) => one.tenant === name);
  const valid = its.find((one) => isValid(one, Date.now()));
  if (valid !== undefined) throw new Error(`${name} has a valid key, ${valid.id}: revoke it first`);
  const others = entries.filter((one) => one.tenant !== name);
  writeIdentities(path, new Identities(others, withoutTenant(tenants, name, userInfo().username)));
  write(json ? JSON.stringify({ tenant: name }) : `${name} is no tenant any more.`);
}

function listTenants({ entries }: Tenants, json: boolean): void {
  const lines = entries.map(wordsOfTenant).join('\n');
  const views = entries.map(({ changed_by: _by, ...view }) => view);
  write(json ? JSON.stringify(views) : lines || 'There are no tenants.');
}

function noSuch(what: 'key' | 'tenant', more = ''): void {
  process.stderr.write(`There is no such ${what}${more}.\n`);
  process.exitCode = NO_SUCH;
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

interface KeyView extends Omit<Identity, 'hash' | 'tenant'> {
  readonly tenant: string | null;
  readonly state: 'valid' | 'expired' | 'revoked';
  readonly last_used_at: string | null;
}

function viewOf(identity: Identity, lastUsedAt: string | null): KeyView {
  const {
    id,
    name,
    roles,
    topics,
    tenant = null,
    created_at,
    created_by,
    expires_at,
    revoked_at,
  } = identity;
  const ended = revoked_at === null ? 'expired' : 'revoked';
  const state = isValid(identity, Date.now()) ? 'valid' : ended;
  const stored = {
    id,
    name,
    roles,
    topics,
    tenant,
    created_at,
    created_by,
    expires_at,
    revoked_at,
  };
  const { certificate } = identity;
  return {
    ...stored,
    ...(certificate === undefined ? {} : { certificate }),
    state,
    last_used_at: lastUsedAt,
  };
}

function lineOf(view: KeyView): string {
  const { id, state, name, roles, topics, tenant, expires_at, last_used_at, certificate } = view;
  const shown = certificate === undefined ? name : `${name} (${certificate})`;
  const whose = tenant === null ? shown : `${shown} of ${tenant}`;
  const until = expires_at === null ? '' : `, until ${expires_at}`;
  const used = last_used_at === null ? 'never used' : `used ${last_used_at}`;
  return `${id}  ${state}${until}  ${whose}: ${roles.join(', ')} on ${topics.join(', ')}; ${used}`;
}

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}
