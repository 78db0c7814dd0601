import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HookServer {
  readonly port: number;
  readonly url: string;
  /** What was posted, in order. */
  readonly bodies: string[];
  readonly seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Statuses of the next answers; 200 when there are none. `hang`: no answer at all. */
  readonly next: (number | 'hang')[];
  texts(): string[];
  close(): Promise<void>;
}

/** Takes messages as Slack does. A 3xx leads to `/elsewhere`. */
export async function hookServer(): Promise<HookServer> {
  const bodies: string[] = [];
  const seen: HookServer['seen'] = [];
  const next: (number | 'hang')[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      bodies.push(Buffer.concat(pieces).toString());
      seen.push({ path: request.url ?? '', headers: request.headers });
      const status = next.shift() ?? 200;
      if (status === 'hang') return;
      response.writeHead(status, { location: '/elsewhere' }).end('ok');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/services/T0/B0/secret-canary`,
    bodies,
    seen,
    next,
    texts: () => bodies.map((body) => (JSON.parse(body) as { text: string }).text),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
