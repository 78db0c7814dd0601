import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem/index.js';
import { mayUse, type Caller, type Role } from './caller.js';
import { isPasswordInClear, shownKey, shownToken } from './credential.js';
import { shownCertificate } from './certificate.js';
import type { Door } from './door.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * What a caller must be allowed to; `nothing`: anybody may come. Absent: `read` of what is only looked at, `admin`
     * of everything else, so that a new route is closed until somebody decides.
     */
    needs?: Role | 'nothing';
    /** It tells of all tenants together, so it is closed to each of them. */
    ofAll?: true;
  }
  interface FastifyRequest {
    /** Who asks. Set before the body is read. */
    caller: Caller;
    /** Who a token stands for; null: there was none, or it was not valid. */
    tokenCaller: Caller | null;
    /** Why he is refused before it is known who he is. */
    turnedAway: ProblemError | null;
  }
}

const LOOKING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Finds out who a token stands for, before anything is decided.
 * @returns null: at once. A key, and a token that is known, cost no turn of the event loop.
 * Where no token can be verified now, the request is turned away.
 */
export function identify(request: FastifyRequest, { tokens }: Door): Promise<void> | null {
  const isOpen = request.is404 || request.routeOptions.config.needs === 'nothing';
  const token = tokens === null || isOpen ? null : shownToken(request.raw);
  if (tokens === null || token === null) return null;
  request.tokenCaller = tokens.known(token);
  if (request.tokenCaller !== null) return null;
  return tell(request, tokens.verify(token));
}

async function tell(request: FastifyRequest, verified: Promise<Caller | null>): Promise<void> {
  try {
    request.tokenCaller = await verified;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    request.turnedAway = error;
  }
}

/**
 * Decides about a request whose route is known: by what stands with the route and not by the form of its path, which can
 * be written in many ways.
 * @returns the refusal `unauthenticated`, `too_many_failures`, `forbidden` or `topic_forbidden`; null: he may.
 */
export function refuseAccess(request: FastifyRequest, door: Door): ProblemError | null {
  const needed = request.routeOptions.config.needs ?? usualNeed(request.method);
  if (needed === 'nothing') return null;
  if (door.isLocked && isPasswordInClear(request.raw)) {
    return new ProblemError(
      'unauthenticated',
      'Basic needs TLS; without it use Authorization: Bearer <key>',
    );
  }
  const { raw } = request;
  const { authorization, 'x-api-key': apiKey } = request.headers;
  const isKey = authorization !== undefined || apiKey !== undefined;
  // Who shows a key beside his certificate wants to be who the key says.
  const certificate = isKey ? null : shownCertificate(raw.socket);
  const ofToken = request.tokenCaller === null ? null : door.callerOfToken(request.tokenCaller);
  const caller =
    ofToken ??
    (certificate === null ? door.callerOf(shownKey(raw)) : door.callerOfCertificate(certificate));
  if (caller === null) {
    return door.refuse(raw.socket.remoteAddress ?? '', isKey || certificate !== null);
  }
  request.caller = caller;
  if (!caller.roles.has(needed)) {
    return new ProblemError('forbidden', `This key is not allowed to ${needed}`);
  }
  if (caller.tenant !== null && request.routeOptions.config.ofAll === true) {
    return new ProblemError('forbidden', 'This tells of all tenants; it needs a key of none');
  }
  const { topic } = request.params as { readonly topic?: unknown };
  return typeof topic === 'string' ? refuseTopic(caller, topic) : null;
}

/** Says nothing of whether there is such a topic. */
export function refuseTopic(caller: Caller, topic: string): ProblemError | null {
  if (mayUse(caller, topic)) return null;
  return new ProblemError('topic_forbidden', 'This topic is not open to this key');
}

/** @throws ProblemError `topic_forbidden`. */
export function checkTopicOf(caller: Caller, topic: string): void {
  const refused = refuseTopic(caller, topic);
  if (refused !== null) throw refused;
}

function usualNeed(method: string): Role {
  return LOOKING.has(method) ? 'read' : 'admin';
}
