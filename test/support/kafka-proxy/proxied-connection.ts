import net from 'node:net';
import type { Line, WireAct } from './faults.js';
import { apiKeyOf, correlationOfAnswer, correlationOfRequest, FrameCutter } from './frames.js';
import { Way } from './way.js';

/** Asked for each frame: what happens to it, if anything. */
export type Strike = (on: 'request' | 'answer', apiKey: number) => WireAct | null;

/** One client's connection to one broker, with a hand on each frame. */
export class ProxiedConnection {
  private readonly broker: net.Socket;
  private readonly kinds = new Map<number, number>();
  private over = false;

  constructor(
    private readonly client: net.Socket,
    brokerPort: number,
    line: () => Line,
    private readonly strike: Strike,
    private readonly onOver: () => void,
  ) {
    this.broker = net.connect({ host: '127.0.0.1', port: brokerPort });
    client.pause();
    this.broker.once('connect', () => client.resume());
    const requests = new Way(client, this.broker, line, false);
    const answers = new Way(this.broker, client, line, true);
    this.watch(client, this.broker, requests, (frame) => this.request(frame));
    this.watch(this.broker, client, answers, (frame) => this.answer(frame));
  }

  /** Ends both sides, the client's with a reset. */
  reset(): void {
    if (this.over) return;
    this.over = true;
    if (this.client.destroyed) this.client.destroy();
    else this.client.resetAndDestroy();
    this.broker.destroy();
    this.onOver();
  }

  private watch(
    from: net.Socket,
    to: net.Socket,
    way: Way,
    judge: (frame: Buffer) => WireAct | null,
  ): void {
    const cutter = new FrameCutter();
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      for (const frame of cutter.take(chunk)) {
        const act = judge(frame);
        if (act === null) way.send(frame);
        else if (act.kind === 'delay') way.send(frame, act.ms);
        else if (act.kind === 'reset') return this.reset();
      }
    });
    from.on('end', () => to.end());
    from.on('error', () => this.reset());
    from.on('close', () => this.reset());
  }

  private request(frame: Buffer): WireAct | null {
    const apiKey = apiKeyOf(frame);
    this.kinds.set(correlationOfRequest(frame), apiKey);
    return this.strike('request', apiKey);
  }

  private answer(frame: Buffer): WireAct | null {
    const correlation = correlationOfAnswer(frame);
    const apiKey = this.kinds.get(correlation);
    this.kinds.delete(correlation);
    return apiKey === undefined ? null : this.strike('answer', apiKey);
  }
}
