import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends bytes as they are and reads until the server closes the connection or the answer is whole. */
export async function exchange(
  port: number,
  ...parts: readonly (string | Buffer)[]
): Promise<WireAnswer> {
  const socket = await open(port);
  const answer = readAnswer(socket);
  for (const part of parts) socket.write(part);
  try {
    return await answer;
  } finally {
    socket.destroy();
  }
}

export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

/** The next answer on the socket. A connection that ends without one rejects. */
export function readAnswer(socket: Socket): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    let received = '';
    const look = (): void => {
      const answer = parse(received);
      if (answer === null) return;
      socket.off('data', take);
      resolve(answer);
    };
    const take = (chunk: Buffer): void => {
      received += chunk.toString('latin1');
      look();
    };
    socket.on('data', take);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(received)}`)));
  });
}

function parse(text: string): WireAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = text.slice(end + 4);
  const length = Number(headers.get('content-length') ?? 0);
  if (body.length < length) return null;
  return { status: Number(first.split(' ')[1]), headers, body: body.slice(0, length) };
}

/** The bytes of a request with a body. */
export function post(
  path: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  method = 'POST',
): Buffer {
  const bytes = Buffer.from(body);
  const all = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    bytes,
  ]);
}
