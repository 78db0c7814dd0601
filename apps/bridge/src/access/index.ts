export { checkTopicOf, identify, refuseAccess } from './access.js';
export { ANONYMOUS, mayUse, ROLES } from './caller.js';
export type { Caller, Role } from './caller.js';
export { certificateName, isCertificateName } from './certificate.js';
export { withLock } from './file-lock.js';
export { Door } from './door.js';
export { Identities, isName, isRole, isTopicPattern, isValid, NOBODY } from './identities.js';
export type { Identity } from './identities.js';
export { readIdentities, versionOf, writeIdentities } from './identities-file.js';
export { created, revoked, rotated } from './keys.js';
export type { Changed } from './keys.js';
export { readLastUse } from './last-use.js';
export type { LastUse } from './last-use.js';
export {
  faultOfTenants,
  isTenantName,
  Tenants,
  withoutTenant,
  withTenant,
  wordsOfTenant,
} from './tenants.js';
export type { Tenant } from './tenants.js';
export { commonOf } from './topic-patterns.js';
export { Tokens } from './tokens.js';
export type { OidcOptions } from './tokens.js';
export { RateLimits } from './rate-limits.js';
export type { Rates } from './rate-limits.js';
export { makeFolder } from './whole-file.js';
