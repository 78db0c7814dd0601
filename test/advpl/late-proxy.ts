import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Passes requests on at once, and never brings an answer back: the caller's time runs out. */
export class LateProxy {
  /** What the target has answered. */
  readonly statuses: number[] = [];

  private constructor(private readonly server: Server) {}

  static async start(target: string): Promise<LateProxy> {
    const server = createServer();
    const proxy = new LateProxy(server);
    server.on('request', (request: IncomingMessage) => {
      void proxy.pass(request, target);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async pass(request: IncomingMessage, target: string): Promise<void> {
    const body = await buffer(request);
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const id = request.headers['idempotency-key'];
    const response = await fetch(`${target}${request.url}`, {
      method: 'POST',
      headers: id === undefined ? headers : { ...headers, 'idempotency-key': String(id) },
      body,
    });
    await response.text();
    this.statuses.push(response.status);
  }
}
