import net from 'node:net';

const CLOSED = 'The server closed the connection.';

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
  private closed = false;

  private constructor(private readonly socket: net.Socket) {
    socket.setNoDelay(true);
    // Latin-1 has one character a byte, so lengths in the text are lengths in bytes.
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.take(text));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error(CLOSED)));
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

  /**
   * Whether the server has closed it, or said that it will: it lets a connection go that was idle for long, or that had
   * many requests.
   */
  get isClosed(): boolean {
    return this.closed;
  }

  /**
   * Sends a whole request, head and body; resolves with the answer's status when the answer is complete.
   * @throws Error when the connection is closed, before or meanwhile.
   */
  send(request: string): Promise<number> {
    if (this.closed) return Promise.reject(new Error(CLOSED));
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
    if (endsConnection(this.received)) this.closed = true;
    this.received = this.received.slice(length);
    const waiting = this.waiting;
    this.waiting = null;
    waiting?.resolve(status);
  }

  private fail(error: Error): void {
    this.closed = true;
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

function endsConnection(answer: string): boolean {
  return /\r\nconnection: *close/i.test(answer.slice(0, answer.indexOf('\r\n\r\n')));
}
