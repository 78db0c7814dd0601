import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  identify,
  refuseAccess,
  type Caller,
  type Door,
  type RateLimits,
} from '../access/index.js';
import { ProblemError } from '../problem/index.js';
import { announcedBytes, type BodyBudget } from './body-budget.js';
import { codingOf } from './content-coding.js';
import { CONTROL_MEDIA_TYPES, essenceOf } from './media-type.js';
import { faultOfForm } from './request-form.js';
import type { RouteTable } from './route-table.js';
import { noSuchRoute } from './wire-errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a body of this route may be; absent: JSON. */
    mediaTypes?: readonly string[];
    /** The route reads its body itself, piece by piece, and answers while it comes (`readStream`). */
    streamed?: true;
  }
  interface FastifyRequest {
    /** Bytes of the body budget that this request holds. */
    reservedBytes: number;
    /** Gives the body's bytes back before the answer: the record is stored and the body is not needed any more. */
    releaseBody(): void;
    /** Gives back what the body turned out not to need; nothing when all of it was given back before. */
    shrinkBody(bytes: number): void;
  }
}

/** An answer is for whoever has asked, is what its type says, and is no page; one that is says so itself (ASVS 3.4, 14.3.2). */
const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

const DRAINED_MAX_BYTES = 32 * 2 ** 20;

export interface Screen {
  readonly routes: RouteTable;
  readonly bodies: BodyBudget;
  readonly maxBodyBytes: number;
  readonly door: Door;
  readonly rates: RateLimits;
  readonly shuttingDown: () => boolean;
}

/** What can be refused before a byte of the body is read is refused there, also before it is asked for. */
export function screenRequests(fastify: FastifyInstance, screen: Screen): void {
  const { bodies, maxBodyBytes } = screen;
  fastify.decorateRequest('reservedBytes', 0);
  fastify.decorateRequest('caller', null as unknown as Caller);
  fastify.decorateRequest('tokenCaller', null);
  fastify.decorateRequest('turnedAway', null);
  fastify.decorateRequest('releaseBody', function release(this: FastifyRequest) {
    bodies.release(this.reservedBytes);
    this.reservedBytes = 0;
    this.body = undefined;
  });
  fastify.decorateRequest('shrinkBody', function shrink(this: FastifyRequest, needed: number) {
    if (this.reservedBytes <= needed) return;
    bodies.release(this.reservedBytes - needed);
    this.reservedBytes = needed;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(SAFE_HEADERS);
    request.turnedAway = screen.rates.refuseAddress(request, reply);
    const pending = request.turnedAway === null ? identify(request, screen.door) : null;
    if (pending !== null) return pending;
    done();
    return undefined;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const bytes = announcedBytes(request.headers, maxBodyBytes);
    const problem = refusal(request, reply, screen) ?? reserve(request, reply, bytes, screen);
    const expects = expectsContinue(request);
    if (problem === null) {
      if (expects && bytes > 0) reply.raw.writeContinue();
      return done();
    }
    // Whoever waits to be asked may send the body all the same, or not: what comes next could be either.
    if (expects) reply.header('connection', 'close');
    const late = !expects && bytes > maxBodyBytes && bytes <= DRAINED_MAX_BYTES;
    return late ? afterBody(request, () => done(problem)) : done(problem);
  });
  const logger = new Logger('Http');
  fastify.addHook('onRequestAbort', (request, done) => {
    const route = request.routeOptions.url ?? null;
    logger.log('client_aborted', { requestId: request.id, route });
    done();
  });
}

/**
 * A client that writes all of its body before it reads would find the connection broken in place of the refusal, and
 * post the same again and again. Such a body is taken off the line and thrown away.
 */
function afterBody({ raw }: FastifyRequest, then: () => void): void {
  let ended = false;
  const end = (): void => {
    if (!ended) then();
    ended = true;
  };
  for (const event of ['end', 'aborted', 'error'] as const) raw.once(event, end);
  raw.resume();
}

function refusal(
  request: FastifyRequest,
  reply: FastifyReply,
  { routes, door, rates, shuttingDown }: Screen,
): ProblemError | null {
  const { method, headers, raw } = request;
  const fault = faultOfForm(raw);
  if (fault !== null) return fault;
  if (headers.expect !== undefined && !expectsContinue(request) && raw.httpVersion === '1.1') {
    return new ProblemError('expectation_failed', 'Only 100-continue is known as Expect');
  }
  if (request.turnedAway !== null) return request.turnedAway;
  if (request.is404) return noSuchRoute(routes.methodsOf(request.url));
  const denied = refuseAccess(request, door) ?? rates.refuseCaller(request, reply);
  if (denied !== null) return denied;
  if (shuttingDown() && method !== 'GET' && method !== 'HEAD') {
    return new ProblemError('shutting_down', 'The bridge is shutting down', { retryAfter: 5 });
  }
  const coding = codingOf(headers['content-encoding']);
  if (coding !== null && coding !== 'identity' && request.routeOptions.config.streamed) {
    return new ProblemError('bad_encoding', 'A stream must come without Content-Encoding');
  }
  if (coding === null) {
    return new ProblemError('bad_encoding', 'Only gzip is known as Content-Encoding');
  }
  return unsupported(request);
}

/** HTTP/1.0 does not know it. */
function expectsContinue({ headers, raw }: FastifyRequest): boolean {
  return raw.httpVersion === '1.1' && headers.expect?.toLowerCase() === '100-continue';
}

/** As many types as fit a line; the others are those of other languages than the bridge's own. */
const TYPES_NAMED = 4;

function unsupported({ method, headers, routeOptions }: FastifyRequest): ProblemError | null {
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const type = headers['content-type'];
  if (!hasBody && (type === undefined || method !== 'POST')) return null;
  const types = routeOptions.config.mediaTypes ?? CONTROL_MEDIA_TYPES;
  if (types.includes(essenceOf(type))) return null;
  const named = types.filter((one) => one !== '').slice(0, TYPES_NAMED);
  return new ProblemError('unsupported_media_type', `Use Content-Type: ${named.join(', ')}`);
}

function reserve(
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: number,
  { bodies, maxBodyBytes }: Screen,
): ProblemError | null {
  if (bytes === 0 || request.routeOptions.config.streamed) return null;
  if (bytes > maxBodyBytes) {
    return new ProblemError('payload_too_large', 'The body is larger than MAX_BODY_BYTES');
  }
  // What a packed body becomes is known only when it is unpacked.
  const packed = codingOf(request.headers['content-encoding']) === 'gzip';
  const needed = packed ? bytes + maxBodyBytes : bytes;
  if (!bodies.tryReserve(needed)) {
    return new ProblemError('overloaded', 'Too many bodies are being read; post it again');
  }
  request.reservedBytes = needed;
  reply.raw.once('close', () => request.releaseBody());
  return null;
}
