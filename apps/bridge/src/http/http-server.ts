import { randomUUID } from 'node:crypto';
import { Server as TlsServer } from 'node:https';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimits, type Door, type Rates } from '../access/index.js';
import type { ServerTls } from '../config/bridge.config.js';
import { contextOf } from '../config/server-tls.js';
import { answerProblem } from '../problem/index.js';
import { BodyBudget } from './body-budget.js';
import { Connections } from './connections.js';
import { codingOf, unpack } from './content-coding.js';
import { restProxyConstraint } from './rest-proxy-constraint.js';
import { RouteTable } from './route-table.js';
import { screenRequests } from './screening.js';
import { leaveStreams, leftToStream } from './streamed-routes.js';
import { CertificateWatch } from './certificate-watch.js';

const MIB = 2 ** 20;
/** Bodies in memory at once, all requests together. */
const BODIES_IN_FLIGHT_BYTES = 64 * MIB;
/** How long a client may take, in milliseconds. */
export interface HttpTimeouts {
  /** As long for a TLS handshake, before them. */
  readonly headersMs: number;
  /** Headers and body. */
  readonly requestMs: number;
}
export const HTTP_TIMEOUTS: HttpTimeouts = { headersMs: 10_000, requestMs: 30_000 };
/** Node looks for requests that are late only every 30 s unless it is told otherwise. */
const LATE_CHECK_MS = 1_000;
/** Longer than the longest wait for a confirmation (60 s) and than the idle time of usual load balancers. */
const SOCKET_IDLE_MS = 65_000;
/** At a shutdown, who has not got an answer by then loses the connection. */
const CLOSE_WITHIN_MS = 5_000;

/** Nest's Fastify adapter with the bridge's rules: bodies stay bytes, and a shutdown is known from its first moment. */
export class BridgeHttpAdapter extends FastifyAdapter {
  readonly bodies = new BodyBudget(BODIES_IN_FLIGHT_BYTES);
  readonly routes = new RouteTable();
  readonly connections = new Connections(this.routes);
  /** Absent: plain HTTP. */
  certificate: CertificateWatch | null = null;
  private readonly going = new AbortController();

  /** Aborted from the first moment of a shutdown, while the server still listens. */
  get stopping(): AbortSignal {
    return this.going.signal;
  }

  get shuttingDown(): boolean {
    return this.going.signal.aborted;
  }

  /** Nothing is parsed here: the record's value is the text of the request, byte for byte. */
  override registerParserMiddleware(): void {}

  /** Errors of Fastify keep their codes: the problem filter goes by them. */
  override mapException(error: unknown): unknown {
    return error;
  }

  override beforeClose(): void {
    super.beforeClose();
    this.going.abort();
  }

  override async close(): Promise<void> {
    this.certificate?.stop();
    const timer = setTimeout(() => this.connections.closeAll(), CLOSE_WITHIN_MS);
    await super.close();
    clearTimeout(timer);
  }
}

export interface HttpOptions {
  readonly maxBodyBytes: number;
  readonly door: Door;
  readonly rates: Rates;
  /** Null: plain HTTP. */
  readonly tls: ServerTls | null;
  /** Absent: HTTP_TIMEOUTS. */
  readonly timeouts?: HttpTimeouts;
}

/** The one place where the choices about HTTP stand. */
export function createHttpAdapter(options: HttpOptions): BridgeHttpAdapter {
  const { maxBodyBytes, door, tls, timeouts = HTTP_TIMEOUTS } = options;
  const adapter = new BridgeHttpAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: timeouts.requestMs,
    connectionTimeout: SOCKET_IDLE_MS,
    keepAliveTimeout: SOCKET_IDLE_MS,
    maxRequestsPerSocket: 10_000,
    ...serverOptions(tls, timeouts),
    routerOptions: { maxParamLength: 300, caseSensitive: true, ignoreTrailingSlash: false },
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => {
      if (!leftToStream(error, socket)) adapter.connections.fail(error, socket);
    },
    frameworkErrors: answerProblem,
    logger: false,
  });
  const { bodies, routes } = adapter;
  // The adapter's instance type is wider than this (HTTP/2, other loggers); this server is HTTP/1.1.
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addConstraintStrategy(restProxyConstraint);
  takeBytes(fastify, maxBodyBytes);
  leaveStreams(fastify);
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, [method].flat()));
  screenRequests(fastify, {
    routes,
    bodies,
    maxBodyBytes,
    door,
    rates: new RateLimits(options.rates),
    shuttingDown: () => adapter.shuttingDown,
  });
  adapter.connections.watch(fastify.server);
  if (tls !== null && fastify.server instanceof TlsServer) {
    adapter.certificate = new CertificateWatch(fastify.server, tls.paths, tls.material);
  }
  return adapter;
}

/** What Node's server is made with, with TLS or without. */
function serverOptions(tls: ServerTls | null, { headersMs }: HttpTimeouts): object {
  const limits = {
    headersTimeout: headersMs,
    connectionsCheckingInterval: LATE_CHECK_MS,
    // The screening refuses it with a body as every other refusal has.
    requireHostHeader: false,
  };
  if (tls === null) return { http: limits };
  // A certificate is one way to show who somebody is, and keys are others (`access/certificate.ts`).
  const callers =
    tls.material.clientCa === null ? {} : { requestCert: true, rejectUnauthorized: false };
  // Until the handshake is done no limit of HTTP holds; Node would wait for 120 s.
  return {
    https: { ...limits, ...contextOf(tls.material), ...callers, handshakeTimeout: headersMs },
  };
}

/** Bodies as they came, also empty ones, unpacked where they were packed. */
function takeBytes(fastify: FastifyInstance, maxBodyBytes: number): void {
  const unpacked = async (request: FastifyRequest, body: Buffer): Promise<Buffer> => {
    const bytes = await unpack(body, maxBodyBytes);
    request.shrinkBody(bytes.length);
    return bytes;
  };
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) => {
    const packed = codingOf(request.headers['content-encoding']) === 'gzip';
    if (packed && body.length > 0) return unpacked(request, body);
    done(null, body);
    return undefined;
  });
}
