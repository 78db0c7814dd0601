import net from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const PRODUCE = 0;

/**
 * Sockets on which the answer of so many in a hundred Produce requests is lost: the broker has done its work, the
 * client waits in vain. Only whole answers go to the client.
 */
export class LostAnswers {
  /** How many were lost. */
  lost = 0;
  /** Set to false, every answer arrives. */
  active = true;

  constructor(
    private readonly percent: number,
    private readonly random: () => number,
  ) {}

  readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = net.connect({ host, port }, onConnect);
    const doomed = new Set<number>();
    this.watchRequests(socket, doomed);
    withholdAnswers(socket, doomed);
    return socket;
  };

  private watchRequests(socket: net.Socket, doomed: Set<number>): void {
    const write = socket.write.bind(socket) as (
      bytes: Buffer,
      encoding?: BufferEncoding,
    ) => boolean;
    // kafkajs writes one whole request at a time: length, api key, version, correlation id.
    socket.write = ((request: Buffer, encoding?: BufferEncoding) => {
      const produce = request.readInt16BE(4) === PRODUCE;
      if (produce && this.active && this.random() * 100 < this.percent) {
        this.lost += 1;
        doomed.add(request.readInt32BE(8));
      }
      return write(request, encoding);
    }) as typeof socket.write;
  }
}

function withholdAnswers(socket: net.Socket, doomed: Set<number>): void {
  const emit = socket.emit.bind(socket) as (event: string, ...values: unknown[]) => boolean;
  let received: Buffer = Buffer.alloc(0);
  socket.emit = ((event: string, ...values: unknown[]) => {
    if (event !== 'data') return emit(event, ...values);
    received = Buffer.concat([received, values[0] as Buffer]);
    while (received.length >= 8 && received.length >= 4 + received.readInt32BE(0)) {
      const answer = received.subarray(0, 4 + received.readInt32BE(0));
      received = received.subarray(answer.length);
      if (!doomed.delete(answer.readInt32BE(4))) emit('data', Buffer.from(answer));
    }
    return true;
  }) as typeof socket.emit;
}
