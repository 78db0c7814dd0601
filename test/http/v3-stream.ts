import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';

/** A client of the v3 stream: sends when it is told to and reads its answers at the same time. */
export class V3Stream {
  private text = '';
  private lines: Record<string, unknown>[] = [];
  private wake: () => void = () => undefined;
  private ended = false;

  private constructor(
    private readonly sending: ClientRequest,
    private readonly answered: Promise<IncomingMessage>,
  ) {}

  static open(
    port: number,
    topic: string,
    headers: Readonly<Record<string, string>> = {},
    cluster = 'memory',
  ): V3Stream {
    const sending = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/v3/clusters/${cluster}/topics/${topic}/records`,
      headers: { 'content-type': 'application/json', ...headers },
      agent: false,
    });
    sending.flushHeaders();
    const answered = once(sending, 'response').then(([response]) => response as IncomingMessage);
    answered.catch(() => undefined);
    const stream = new V3Stream(sending, answered);
    sending.on('error', () => stream.end());
    sending.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => stream.take(text));
      for (const event of ['end', 'error', 'close']) response.on(event, () => stream.end());
    });
    return stream;
  }

  send(text: string | Buffer): void {
    this.sending.write(text);
  }

  /** No more records. */
  finish(): void {
    this.sending.end();
  }

  /** Goes away without a word. */
  abort(): void {
    this.sending.destroy();
  }

  response(): Promise<IncomingMessage> {
    return this.answered;
  }

  /** The first `count` answers, in their order; fewer when the stream has ended. */
  async answers(count: number): Promise<readonly Record<string, unknown>[]> {
    while (this.lines.length < count && !this.ended) await this.change();
    return this.lines.slice(0, count);
  }

  /** All answers, after the server has ended the stream. */
  async all(): Promise<readonly Record<string, unknown>[]> {
    while (!this.ended) await this.change();
    return this.lines;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private take(text: string): void {
    this.text += text;
    const lines = this.text.split('\r\n');
    this.text = lines.pop() ?? '';
    this.lines.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
    this.wake();
  }

  private end(): void {
    this.ended = true;
    this.wake();
  }
}
