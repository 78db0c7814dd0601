import type { Caller, Role } from './caller.js';
import { isRole, isTopicPattern } from './identities.js';
import { NO_TENANTS } from './tenants.js';

/** Where the rights of a token stand: the name of a claim, or the tokens of a JSON pointer to it. */
export interface RightsClaims {
  readonly roles: readonly string[];
  readonly topics: readonly string[];
}

/** Issuers put the roles of all their programs into one list, where `admin` is somebody else's. */
const PREFIX = 'ponte:';
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
/** OpenID Connect Core 1.0, 2 and 3.1.3.6: what only an id token has. It says who logged in, to the page that he used. */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash'] as const;
const TYPES: ReadonlySet<string> = new Set(['at+jwt', 'jwt']);

type Claims = Readonly<Record<string, unknown>>;

/** RFC 9068, 4. Issuers that are older than it write `JWT`. @param typ of the token's header. */
export function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && TYPES.has(typ.toLowerCase().replace(/^application\//, ''));
}

/**
 * Who a token that was verified stands for; null: it is an id token, or says of nobody. What it does not say, or not in the
 * form that it must have, is no right: there is no default. Whether there is its tenant (the claim `tenant`) is not known here.
 */
export function callerOfClaims(claims: Claims, where: RightsClaims): Caller | null {
  const { sub } = claims;
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) return null;
  const { tenant = null } = claims;
  if (tenant !== null && typeof tenant !== 'string') return null;
  // Keycloak calls an id token so.
  if (claims['typ'] === 'ID' || OF_ID_TOKENS.some((name) => name in claims)) return null;
  const roles = textsAt(claims, where.roles)
    .filter((text) => text.startsWith(PREFIX))
    .map((text): unknown => text.slice(PREFIX.length))
    .filter((role): role is Role => isRole(role));
  return {
    name: `oidc:${sub}`,
    roles: new Set(roles),
    topics: textsAt(claims, where.topics).filter(isTopicPattern),
    tenant,
    tenants: NO_TENANTS,
  };
}

/** A list, or the words of a text as `scope` has them. */
function textsAt(claims: Claims, path: readonly string[]): readonly string[] {
  let found: unknown = claims;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return [];
    found = (found as Claims)[name];
  }
  if (typeof found === 'string') return found.split(' ');
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === 'string') : [];
}
