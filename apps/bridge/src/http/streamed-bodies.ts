import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { BodyPieces } from './body-pieces.js';
import { BridgeHttpAdapter } from './http-server.js';
import { markStreaming } from './streamed-routes.js';
import { wireProblem } from './wire-errors.js';

/** Finds a client that has gone without a word while nothing was to be said. */
const PROBE_AFTER_MS = 60_000;

export interface StreamedBody {
  readonly pieces: BodyPieces;
  /** Ends what is different about a request that is a stream. */
  end(): void;
}

/** The bodies of the routes that are `streamed`. */
@Injectable()
export class StreamedBodies {
  constructor(private readonly host: HttpAdapterHost) {}

  /** @param idleMs how long nothing may go over the connection in either direction. */
  open({ raw }: FastifyRequest, idleMs: number): StreamedBody {
    const { httpAdapter } = this.host;
    if (!(httpAdapter instanceof BridgeHttpAdapter)) throw new Error('There is no HTTP server.');
    const { socket } = raw;
    socket.setTimeout(idleMs);
    socket.setKeepAlive(true, PROBE_AFTER_MS);
    const pieces = new BodyPieces(raw, httpAdapter.bodies, httpAdapter.stopping);
    const unmark = markStreaming(raw, (error) => {
      pieces.break(wireProblem(error, () => []));
    });
    return {
      pieces,
      end: () => {
        unmark();
        pieces.end();
      },
    };
  }
}
