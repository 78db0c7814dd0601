import { createServer, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { ISocketFactory, Producer } from 'kafkajs';
import { freePorts } from '../../dev/free-ports.js';

const SENDS_AT_ONCE = 5;
const REQUEST_TIMEOUT_MS = 600;

interface Row {
  readonly topic: string;
  readonly body: {
    readonly key?: string;
    readonly message_id: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly value: string;
  status: 'pending' | 'sent';
}

/**
 * An outbox as one writes it in an afternoon: a list, one idempotent producer of kafkajs, some sends at once, and
 * what fails is sent again. It does all that a tutorial asks for. It exists to show that the oracle sees what is
 * wrong with it.
 */
export class NaiveOutbox {
  private readonly rows = new Map<string, Row>();
  private readonly server: Server;
  private producer: Producer | null = null;
  private sending: Promise<void> = Promise.resolve();
  private stopped = false;

  private constructor(readonly url: string) {
    this.server = createServer((request, response) => {
      void this.answer(request).then((body) => response.end(JSON.stringify(body)));
    });
  }

  static async start(
    bootstrap: readonly string[],
    socketFactory: ISocketFactory,
  ): Promise<NaiveOutbox> {
    const [port = 0] = await freePorts(1);
    const outbox = new NaiveOutbox(`http://127.0.0.1:${port}`);
    const kafka = new kafkajs.Kafka({
      brokers: [...bootstrap],
      logLevel: kafkajs.logLevel.NOTHING,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { initialRetryTime: 20, retries: 1, maxRetryTime: 100 },
      socketFactory,
    });
    outbox.producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await outbox.producer.connect();
    await new Promise<void>((resolve) => outbox.server.listen(port, '127.0.0.1', resolve));
    outbox.sending = outbox.sendAll();
    return outbox;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.sending;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.producer?.disconnect();
  }

  private pending(): Row[] {
    return [...this.rows.values()].filter(({ status }) => status === 'pending');
  }

  private async answer(request: IncomingMessage): Promise<object> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/health') return { outbox: { pending: this.pending().length, failed: 0 } };
    const text = Buffer.concat(chunks).toString();
    const body = JSON.parse(text) as Row['body'];
    const topic = request.url?.split('/').at(-1) ?? '';
    const value = text.slice(text.indexOf('"data":') + '"data":'.length, -1);
    const known = this.rows.has(body.message_id);
    if (!known) this.rows.set(body.message_id, { topic, body, value, status: 'pending' });
    return { success: true, confirmed: false };
  }

  private async sendAll(): Promise<void> {
    while (!this.stopped) {
      const rows = this.pending().slice(0, SENDS_AT_ONCE);
      // What fails stays pending and goes again with the next ones.
      await Promise.allSettled(rows.map((row) => this.send(row)));
      if (rows.length === 0) await delay(10);
    }
  }

  private async send(row: Row): Promise<void> {
    const headers = {
      'message-id': row.body.message_id,
      source: 'protheus-middleware',
      'content-type': 'application/json',
      ...row.body.headers,
    };
    const message = { key: row.body.key ?? null, value: row.value, headers };
    await this.producer?.send({ topic: row.topic, messages: [message] });
    row.status = 'sent';
  }
}
