import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import { Repeats, type ProblemError } from '../problem/index.js';

import type { RouteTable } from './route-table.js';
import {
  answerOnSocket,
  endSocket,
  noSuchRoute,
  wireProblem,
  type WireError,
} from './wire-errors.js';

/** Nothing can be answered where there is no TLS, or no longer. */
const OF_TLS = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/;

/** What Fastify never sees: tunnels, expectations, and what Node's parser cannot take for a request. */
export class Connections {
  private readonly logger = new Logger('Http');
  /** Answers that are still owed on each connection. */
  private readonly owed = new WeakMap<Duplex, Set<ServerResponse>>();
  private readonly newest = new WeakMap<Duplex, ServerResponse>();
  private readonly ending = new WeakSet<Duplex>();
  /** Those whose TLS handshake is not done, too. */
  private readonly open = new Set<Socket>();
  private readonly repeats = new Repeats();

  constructor(private readonly routes: RouteTable) {}

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      const owed = this.owed.get(socket) ?? new Set();
      this.owed.set(socket, owed.add(response));
      this.newest.set(socket, response);
      response.once('close', () => owed.delete(response));
    });
    // The screening asks for the body, or refuses the request, when it knows which.
    for (const event of ['checkContinue', 'checkExpectation'] as const) {
      server.on(event, (request, response) => server.emit('request', request, response));
    }
    server.on('connect', ({ url = '' }, socket) => {
      // Node gives the socket away with this event, and with it the duty to hear its errors.
      socket.on('error', () => socket.destroy());
      this.refuse(noSuchRoute(this.routes.methodsOf(url)), socket);
    });
  }

  closeAll(): void {
    for (const socket of this.open) socket.destroy();
  }

  /** Node's parser, or its clock, or TLS, has given up on the connection. */
  fail(error: WireError, socket: Duplex): void {
    const { code = '' } = error;
    if (code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    if (OF_TLS.test(code)) {
      this.tell('A TLS connection has failed', code);
      socket.destroy();
      return;
    }
    this.refuse(
      wireProblem(error, (target) => this.routes.methodsOf(target)),
      socket,
    );
  }

  /**
   * Once, and only when every request that came whole on this connection has its answer, and whatever answer was begun
   * is at its end: a client would take the refusal for the answer to a record that is stored, or for a part of it.
   */
  private refuse(problem: ProblemError, socket: Duplex): void {
    if (this.ending.has(socket)) return;
    this.ending.add(socket);
    const owed = [...(this.owed.get(socket) ?? [])].filter(
      ({ req, headersSent }) => req.complete || headersSent,
    );
    let left = owed.length;
    const end = (): void => {
      if (left > 0) return;
      this.tell('A connection is refused', problem.code);
      if (this.isAnswered(socket)) endSocket(socket);
      else answerOnSocket(problem, socket);
    };
    for (const response of owed) {
      response.once('close', () => {
        left--;
        end();
      });
    }
    end();
  }

  private tell(what: string, code: string): void {
    const untold = this.repeats.note(code, Date.now());
    if (untold !== null) this.logger.log(what, { code, ...(untold > 0 ? { untold } : {}) });
  }

  /** Whether the request that has not come whole has an answer already. */
  private isAnswered(socket: Duplex): boolean {
    const newest = this.newest.get(socket);
    return newest !== undefined && newest.headersSent && !newest.req.complete;
  }
}
