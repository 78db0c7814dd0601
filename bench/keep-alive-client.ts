import net from 'node:net';

/**
 * An HTTP/1.1 client of one connection and one request at a time. Node's own client costs as much CPU for a
 * request as a bare server, and load and server share the machine's cores here.
 */
export class KeepAliveClient {
  private waiting: {
    readonly resolve: (status: number) => void;
    readonly reject: (error: Error) => void;
  } | null = null;
  private received = '';

  private constructor(private readonly socket: net.Socket) {
    socket.setNoDelay(true);
    // Latin-1 has one character a byte, so lengths in the text are lengths in bytes.
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.take(text));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('The server closed the connection.')));
  }

  static connect(port: number): Promise<KeepAliveClient> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new KeepAliveClient(socket));
      });
    });
  }

  /** Sends a whole request, head and body; resolves with the answer's status when the answer is complete. */
  send(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(text: string): void {
    this.received += text;
    const length = answerLength(this.received);
    if (length === null || this.received.length < length) return;
    const status = Number(this.received.slice(9, 12));
    this.received = this.received.slice(length);
    const waiting = this.waiting;
    this.waiting = null;
    waiting?.resolve(status);
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = null;
  }
}

/**
 * Characters of the first answer in a text of one character a byte, or null while its head is not complete.
 * @throws Error when the head names no length, which neither the bridge nor the bare server does.
 */
export function answerLength(received: string): number | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1];
  if (length === undefined) throw new Error('An answer without Content-Length.');
  return headEnd + 4 + Number(length);
}
