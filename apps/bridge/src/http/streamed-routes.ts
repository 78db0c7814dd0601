import type { IncomingMessage } from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { WireError } from './wire-errors.js';

interface Streaming {
  readonly request: IncomingMessage;
  readonly broken: (error: WireError) => void;
}

/** Sockets whose request is a stream that a route reads as it comes. */
const streaming = new WeakMap<Duplex, Streaming>();

/**
 * Marks a request's socket for as long as the request is a stream.
 * @param broken hears that nothing more can be read, because the rest of it is no HTTP.
 * @returns the end of it.
 */
export function markStreaming(
  request: IncomingMessage,
  broken: (error: WireError) => void,
): () => void {
  const { socket } = request;
  streaming.set(socket, { request, broken });
  return () => void streaming.delete(socket);
}

/**
 * Whether the error of a connection is a matter of the stream on it. The limit for whole requests is not meant for
 * it, and the route has limits of its own; a refusal on the bare socket would stand in the middle of its answers.
 */
export function leftToStream(error: WireError, socket: Duplex): boolean {
  const stream = streaming.get(socket);
  if (stream === undefined || stream.request.complete || error.code === 'ECONNRESET') return false;
  if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') stream.broken(error);
  return true;
}

/** Leaves the bodies of streamed routes on the wire: the parser gets an empty one, whatever the length. */
export function leaveStreams(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (route.config?.streamed !== true) return;
    route.bodyLimit = Number.MAX_SAFE_INTEGER;
    route.preParsing = (request, _reply, _payload, done) => {
      const empty = Readable.from([]);
      const receivedEncodedLength = Number(request.headers['content-length'] ?? 0);
      done(null, Object.assign(empty, { receivedEncodedLength }));
    };
  });
}
