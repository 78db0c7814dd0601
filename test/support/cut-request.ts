import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface Cut {
  /** How many of the request's bytes are sent. */
  readonly bytes: number;
  /** How long the client waits after them, in milliseconds. */
  readonly waitMs: number;
  /** A reset, as of a client that dies; otherwise it closes in good order. */
  readonly reset: boolean;
}

/** A POST of this body as the bytes on the wire; with its length said before it, or in chunks. */
export function rawPost(path: string, body: Buffer, chunked: boolean): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: bridge\r\nContent-Type: application/json\r\n`;
  if (!chunked) {
    return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
  }
  const middle = Math.ceil(body.length / 2);
  const chunks = [body.subarray(0, middle), body.subarray(middle)].flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  const start = Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`);
  return Buffer.concat([start, ...chunks, Buffer.from('0\r\n\r\n')]);
}

/** Sends the beginning of a request and goes away. True when an answer had come by then. */
export async function cutRequest(
  port: number,
  request: Buffer,
  { bytes, waitMs, reset }: Cut,
): Promise<boolean> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  let answered = false;
  socket.on('data', () => (answered = true));
  await once(socket, 'connect');
  // A reset may meet data on its way: that is what is wanted here.
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(request.subarray(0, bytes));
  await delay(waitMs);
  const before = answered;
  if (reset) socket.resetAndDestroy();
  else socket.destroy();
  await closed;
  return before;
}
