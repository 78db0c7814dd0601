import { isSecret, type ApiKey } from './api-key.js';
import { placed, ROLES, type Caller, type Role } from './caller.js';
import { isCertificateName, type ShownCertificate } from './certificate.js';
import {
  faultOfTenants,
  isTenantName,
  LIMITS,
  NO_TENANTS,
  Tenants,
  type RemovedTenant,
  type Tenant,
} from './tenants.js';

/** One entry of the file. Times are ISO 8601; the secret itself is nowhere. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret, in hex. Null: it has none, but a certificate. */
  readonly hash: string | null;
  /** Whose certificate it is, as `isCertificateName` has it. Absent where there is a secret. */
  readonly certificate?: string;
  readonly roles: readonly Role[];
  readonly topics: readonly string[];
  /** Absent: of none. */
  readonly tenant?: string;
  readonly created_at: string;
  readonly created_by: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** Who made the last change of it, for the audit. */
  readonly changed_by?: string;
}

const NAME = /^[^\p{Cc}\p{Cs}]{1,100}$/u;
const PATTERN = /^(?:[a-zA-Z0-9._-]{1,249}|[a-zA-Z0-9._-]{0,248}\*)$/;
const ID = /^[0-9a-f]{16}$/;
const HASH = /^[0-9a-f]{64}$/;

/** Everything that is configured about who may come in. Immutable. */
export class Identities {
  private readonly byId: ReadonlyMap<string, Known>;
  private readonly byCertificate: ReadonlyMap<string, readonly Known[]>;

  constructor(
    readonly entries: readonly Identity[],
    readonly tenants: Tenants = NO_TENANTS,
  ) {
    this.byId = new Map(
      entries.map((one) => [one.id, { ...one, caller: callerOf(one, tenants) }] as const),
    );
    const byCertificate = new Map<string, Known[]>();
    for (const known of this.byId.values()) {
      if (known.certificate === undefined) continue;
      byCertificate.set(known.certificate, [
        ...(byCertificate.get(known.certificate) ?? []),
        known,
      ]);
    }
    this.byCertificate = byCertificate;
  }

  /** The caller of a key that is valid at `now` (epoch ms); null of any other, whatever is wrong with it. */
  callerOf({ id, secret }: ApiKey, now: number): Caller | null {
    const known = this.byId.get(id) ?? null;
    if (!isSecret(secret, known?.hash ?? null) || known === null) return null;
    return isValid(known, now) ? known.caller : null;
  }

  /** The one that a certificate is named by, valid at `now` (epoch ms). Null also where it could be several. */
  ofCertificate({ names, validFrom, validTo }: ShownCertificate, now: number): Known | null {
    // TLS has looked at its times when the connection, or the session before it, was made.
    if (now < validFrom || now >= validTo) return null;
    const [found, ...others] = [...names]
      .flatMap((name) => this.byCertificate.get(name) ?? [])
      .filter((one) => isValid(one, now));
    return found === undefined || others.length > 0 ? null : found;
  }
}

interface Known extends Identity {
  readonly caller: Caller;
}

export const NOBODY = new Identities([]);

export function isValid(
  { expires_at, revoked_at }: Pick<Identity, 'expires_at' | 'revoked_at'>,
  now: number,
): boolean {
  return revoked_at === null && (expires_at === null || now < Date.parse(expires_at));
}

/** @throws Error that says what is wrong with the text of the file, without quoting it. */
export function parseIdentities(text: string): Identities {
  const file = parse(text);
  if (!isObject(file) || file['version'] !== 1 || !Array.isArray(file['identities'])) {
    throw new Error('it must be {"version": 1, "identities": […]}');
  }
  const entries = (file['identities'] as readonly unknown[]).map((entry, index) => {
    const fault = faultOf(entry);
    if (fault !== null) throw new Error(`identities[${index}]: ${fault}`);
    return entry as Identity;
  });
  if (new Set(entries.map(({ id }) => id)).size < entries.length) {
    throw new Error('an id stands twice');
  }
  const tenants = new Tenants(
    listOf<Tenant>(file, 'tenants', TENANT_FIELDS),
    listOf<RemovedTenant>(file, 'removed_tenants', REMOVED_FIELDS),
  );
  const fault = faultOfTenants(tenants.entries);
  if (fault !== null) throw new Error(fault);
  const stray = entries.find(({ tenant }) => tenant !== undefined && tenants.of(tenant) === null);
  if (stray !== undefined) throw new Error(`the tenant of the key ${stray.id} is not there`);
  return new Identities(entries, tenants);
}

export function textOf({ entries, tenants }: Identities): string {
  const { entries: all, removed } = tenants;
  const file = {
    version: 1,
    identities: entries,
    tenants: all,
    ...(removed.length === 0 ? {} : { removed_tenants: removed }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** @throws Error that says what is wrong. */
function listOf<T>(file: Readonly<Record<string, unknown>>, name: string, fields: Fields): T[] {
  const list = file[name] ?? [];
  if (!Array.isArray(list)) throw new Error(`${name} must be a list`);
  return (list as readonly unknown[]).map((entry, index) => {
    const fault = faultOf(entry, fields);
    if (fault !== null) throw new Error(`${name}[${index}]: ${fault}`);
    return entry as T;
  });
}

export function isName(text: string): boolean {
  return NAME.test(text) && text.trim() === text;
}

export function isTopicPattern(text: string): boolean {
  return PATTERN.test(text);
}

export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

function callerOf({ name, roles, topics, tenant }: Identity, tenants: Tenants): Caller {
  const known = { name, roles: new Set(roles), topics, tenant: tenant ?? null };
  return placed(known, tenants) ?? { ...known, topics: [], tenants };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}

type Fields = Readonly<Record<string, (value: unknown) => boolean>>;

const FIELDS: Readonly<Record<keyof Required<Identity>, (value: unknown) => boolean>> = {
  id: (value) => typeof value === 'string' && ID.test(value),
  name: (value) => typeof value === 'string' && isName(value),
  hash: (value) => value === null || (typeof value === 'string' && HASH.test(value)),
  certificate: (value) =>
    value === undefined || (typeof value === 'string' && isCertificateName(value)),
  roles: (value) => Array.isArray(value) && value.length > 0 && value.every(isRole),
  topics: areTopicPatterns,
  tenant: (value) => value === undefined || (typeof value === 'string' && isTenantName(value)),
  created_at: isInstant,
  created_by: (value) => typeof value === 'string',
  expires_at: (value) => value === null || isInstant(value),
  revoked_at: (value) => value === null || isInstant(value),
  changed_by: (value) => value === undefined || typeof value === 'string',
};

const isLimit = (value: unknown): boolean =>
  value === undefined || (Number.isSafeInteger(value) && (value as number) > 0);

const TENANT_FIELDS: Fields = {
  name: (value) => typeof value === 'string' && isTenantName(value),
  topics: (value) => areTopicPatterns(value) && value.length > 0,
  ...Object.fromEntries(LIMITS.map((limit) => [limit, isLimit])),
  changed_by: (value) => value === undefined || typeof value === 'string',
};

const REMOVED_FIELDS: Fields = {
  name: (value) => typeof value === 'string' && isTenantName(value),
  removed_by: (value) => typeof value === 'string',
};

function areTopicPatterns(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((one) => typeof one === 'string' && isTopicPattern(one))
  );
}

function faultOf(entry: unknown, fields: Fields = FIELDS): string | null {
  if (!isObject(entry)) return 'it must be an object';
  const wrong = Object.entries(fields).find(([name, isRight]) => !isRight(entry[name]));
  if (wrong !== undefined) return `${wrong[0]} is missing or not valid`;
  if ((entry['hash'] === null) !== (entry['certificate'] !== undefined)) {
    return 'it must have either a hash or a certificate';
  }
  const unknown = Object.keys(entry).find((name) => !Object.hasOwn(fields, name));
  return unknown === undefined ? null : 'it has a field that is not known';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInstant(value: unknown): boolean {
  return (
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
  );
}
