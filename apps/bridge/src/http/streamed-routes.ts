import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** Sockets whose request is a stream that a route reads as it comes. */
const streaming = new WeakSet<Duplex>();

/** Marks a socket for as long as its request is a stream. @returns the end of it. */
export function markStreaming(socket: Duplex): () => void {
  streaming.add(socket);
  return () => void streaming.delete(socket);
}

/**
 * Whether the server complains only of the time that a request takes, and the request is a stream: the limit for
 * whole requests is not meant for it, and the route has limits of its own.
 */
export function isStreaming(error: NodeJS.ErrnoException, socket: Duplex): boolean {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && streaming.has(socket);
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
