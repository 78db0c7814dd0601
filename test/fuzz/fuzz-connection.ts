import { connect, type Socket } from 'node:net';
import { answersIn, type FuzzAnswer } from './answers.js';
import type { FuzzRequest } from './requests.js';

const PATIENCE_MS = 20_000;
/** Of an unfinished request nothing is owed, and it may have lost the header that says not to wait for Kafka. */
const UNFINISHED_MS = 3_000;

/** Sends requests one after the other, on one connection for as long as the bridge keeps it. */
export class FuzzConnection {
  private socket: Socket | null = null;

  constructor(private readonly port: number) {}

  /** The answers; fewer than there should be when the connection ended before, or nothing came in time. */
  async send(request: FuzzRequest): Promise<readonly FuzzAnswer[]> {
    const socket = this.socket ?? (await this.open());
    this.socket = socket;
    const answers = await exchange(socket, request);
    const closes = answers.some(
      ({ headers }) => headers.get('connection')?.toLowerCase() === 'close',
    );
    if (closes || !request.whole || socket.destroyed || socket.readableEnded) this.close();
    return answers;
  }

  close(): void {
    this.socket?.destroy();
    this.socket = null;
  }

  private open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.off('error', reject);
        // Whatever breaks a connection shows in what was answered on it.
        socket.on('error', () => undefined);
        resolve(socket);
      });
      socket.once('error', reject);
    });
  }
}

/** Reads until the final answer; of a request that may be unfinished, until the bridge closes. */
function exchange(socket: Socket, { bytes, method, whole }: FuzzRequest): Promise<FuzzAnswer[]> {
  return new Promise((resolve) => {
    const answers: FuzzAnswer[] = [];
    let received = Buffer.alloc(0);
    const end = (): void => {
      socket.off('data', take).off('close', end).off('end', end).off('timeout', end);
      socket.setTimeout(0);
      resolve(answers);
    };
    const take = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const { answers: found, used } = answersIn(received, method);
      answers.push(...found);
      received = received.subarray(used);
      if (whole && found.some(({ status }) => status !== 100)) end();
    };
    socket.setTimeout(whole ? PATIENCE_MS : UNFINISHED_MS);
    socket.on('data', take).once('close', end).once('end', end).once('timeout', end);
    // The end of the stream tells the bridge that nothing more comes of an unfinished request.
    if (whole) socket.write(bytes);
    else socket.end(bytes);
  });
}
