import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerProblem, ProblemError } from '../problem/index.js';
import { announcedBytes, BodyBudget } from './body-budget.js';
import { CONTROL_MEDIA_TYPES, essenceOf } from './media-type.js';
import { RouteTable } from './route-table.js';
import { answerOnSocket, answerTooLarge } from './wire-errors.js';

const MIB = 2 ** 20;
/** Bodies in memory at once, all requests together. */
const BODIES_IN_FLIGHT_BYTES = 64 * MIB;
/** Far below the 2,000 above which Node drops headers without a word. */
const MAX_HEADERS = 200;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the longest wait for a confirmation (60 s) and than the idle time of usual load balancers. */
const SOCKET_IDLE_MS = 65_000;
/** At a shutdown, who has not got an answer by then loses the connection. */
const CLOSE_WITHIN_MS = 5_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a body of this route may be; absent: JSON. */
    mediaTypes?: readonly string[];
  }
  interface FastifyRequest {
    /** Bytes of the body budget that this request holds. */
    reservedBytes: number;
    /** Gives the body's bytes back before the answer: the record is stored and the body is not needed any more. */
    releaseBody(): void;
  }
}

/** Nest's Fastify adapter with the bridge's rules: bodies stay bytes, and a shutdown is known from its first moment. */
export class BridgeHttpAdapter extends FastifyAdapter {
  readonly bodies = new BodyBudget(BODIES_IN_FLIGHT_BYTES);
  private going = false;

  /** True from the first moment of a shutdown, while the server still listens. */
  get shuttingDown(): boolean {
    return this.going;
  }

  /** Nothing is parsed here: the record's value is the text of the request, byte for byte. */
  override registerParserMiddleware(): void {}

  /** Errors of Fastify keep their codes: the problem filter goes by them. */
  override mapException(error: unknown): unknown {
    return error;
  }

  override beforeClose(): void {
    super.beforeClose();
    this.going = true;
  }

  override async close(): Promise<void> {
    const timer = setTimeout(() => this.instance.server.closeAllConnections(), CLOSE_WITHIN_MS);
    await super.close();
    clearTimeout(timer);
  }
}

/** The one place where the choices about HTTP stand. */
export function createHttpAdapter(options: { readonly maxBodyBytes: number }): BridgeHttpAdapter {
  const { maxBodyBytes } = options;
  const adapter = new BridgeHttpAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SOCKET_IDLE_MS,
    keepAliveTimeout: SOCKET_IDLE_MS,
    maxRequestsPerSocket: 10_000,
    // Node looks for requests that are late only every 30 s unless it is told otherwise.
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000 },
    routerOptions: { maxParamLength: 300, caseSensitive: true, ignoreTrailingSlash: false },
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    clientErrorHandler: answerOnSocket,
    frameworkErrors: answerProblem,
    logger: false,
  });
  // The adapter's instance type is wider than this (HTTP/2, other loggers); this server is plain HTTP/1.1.
  const fastify = adapter.getInstance<FastifyInstance>();
  takeBytes(fastify);
  screenRequests(fastify, adapter, maxBodyBytes);
  tuneServer(fastify, maxBodyBytes);
  return adapter;
}

/** Bodies as they came, also empty ones; every type that the route does not have is refused with 415. */
function takeBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
}

/** What can be refused before a byte of the body is read is refused there. */
function screenRequests(
  fastify: FastifyInstance,
  adapter: BridgeHttpAdapter,
  maxBodyBytes: number,
): void {
  const { bodies } = adapter;
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  fastify.decorateRequest('reservedBytes', 0);
  fastify.decorateRequest('releaseBody', function release(this: FastifyRequest) {
    bodies.release(this.reservedBytes);
    this.reservedBytes = 0;
    this.body = undefined;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const problem =
      unroutable(request, routes) ?? refusal(request, adapter.shuttingDown) ?? unsupported(request);
    if (problem !== null) return done(problem);
    return done(reserve(request, reply, bodies, maxBodyBytes) ?? undefined);
  });
  const logger = new Logger('Http');
  fastify.addHook('onRequestAbort', (request, done) => {
    const route = request.routeOptions.url ?? null;
    logger.log('client_aborted', { requestId: request.id, route });
    done();
  });
}

function unroutable(request: FastifyRequest, routes: RouteTable): ProblemError | null {
  if (!request.is404) return null;
  const [path = ''] = request.url.split('?', 1);
  const allow = routes.methodsOf(path);
  return allow.length === 0
    ? new ProblemError('not_found', 'No such route')
    : new ProblemError('method_not_allowed', `Use ${allow.join(', ')}`, { allow });
}

function refusal(request: FastifyRequest, shuttingDown: boolean): ProblemError | null {
  const { method, headers, raw } = request;
  if (raw.rawHeaders.length > 2 * MAX_HEADERS) {
    return new ProblemError('headers_too_large', `More than ${MAX_HEADERS} headers`);
  }
  if (shuttingDown && method !== 'GET' && method !== 'HEAD') {
    return new ProblemError('shutting_down', 'The bridge is shutting down', { retryAfter: 5 });
  }
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    // Node finds this out only after the headers have gone to the handler.
    return new ProblemError('bad_request_framing', 'Only chunked is known as Transfer-Encoding');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return new ProblemError('bad_encoding', 'Send the body without Content-Encoding');
  }
  return null;
}

function unsupported({ method, headers, routeOptions }: FastifyRequest): ProblemError | null {
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const type = headers['content-type'];
  if (!hasBody && (type === undefined || method !== 'POST')) return null;
  const types = routeOptions.config.mediaTypes ?? CONTROL_MEDIA_TYPES;
  if (types.includes(essenceOf(type))) return null;
  return new ProblemError('unsupported_media_type', `Use Content-Type: ${types.join(', ')}`);
}

function reserve(
  request: FastifyRequest,
  reply: FastifyReply,
  bodies: BodyBudget,
  maxBodyBytes: number,
): ProblemError | null {
  const bytes = announcedBytes(request.headers, maxBodyBytes);
  if (bytes === 0) return null;
  if (bytes > maxBodyBytes) {
    return new ProblemError('payload_too_large', 'The body is larger than MAX_BODY_BYTES');
  }
  if (!bodies.tryReserve(bytes)) {
    return new ProblemError('overloaded', 'Too many bodies are being read; post it again');
  }
  request.reservedBytes = bytes;
  reply.raw.once('close', () => request.releaseBody());
  return null;
}

function tuneServer(fastify: FastifyInstance, maxBodyBytes: number): void {
  const { server } = fastify;
  server.on('checkContinue', (request, response) => {
    if (announcedBytes(request.headers, maxBodyBytes) > maxBodyBytes) {
      answerTooLarge(request, response);
      return;
    }
    response.writeContinue();
    server.emit('request', request, response);
  });
}
