import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A POST as it came. */
export interface Posted {
  readonly topic: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly records: readonly PostedRecord[];
}

export interface PostedRecord {
  readonly key: string;
  readonly message_id: string;
  readonly data: unknown;
}

/** What is answered to a POST: a status, with a body where it is not the usual one; after a while; or nothing at all. */
export interface Scripted {
  readonly status: number;
  readonly body?: string;
  readonly afterMs?: number;
  readonly hangUp?: boolean;
}

export type Script = (posted: Posted, number: number) => Scripted;

export const ACCEPTED: Scripted = { status: 200 };

/** A server that takes POSTs to topics and answers as a test wants. */
export class ScriptedBridge {
  readonly posts: Posted[] = [];

  private constructor(
    private readonly server: Server,
    private script: Script,
  ) {}

  static async start(script: Script = () => ACCEPTED): Promise<ScriptedBridge> {
    const server = createServer();
    const bridge = new ScriptedBridge(server, script);
    server.on('request', (request, response) => {
      void bridge.answer(request).then(async ({ status, body, afterMs = 0, hangUp = false }) => {
        if (afterMs > 0) await delay(afterMs, undefined, { ref: false });
        if (hangUp) return response.destroy();
        return response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return bridge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The ids of all records that came, in order. */
  get ids(): readonly string[] {
    return this.posts.flatMap(({ records }) => records.map((each) => each.message_id));
  }

  /** From now on. */
  answers(script: Script): void {
    this.script = script;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async answer(request: IncomingMessage): Promise<Scripted> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const posted: Posted = {
      topic: decodeURIComponent(request.url ?? '').replace('/topics/', ''),
      headers: request.headers,
      body,
      records: recordsOf(body),
    };
    this.posts.push(posted);
    const scripted = this.script(posted, this.posts.length);
    return { body: usualBody(scripted.status, posted.records.length), ...scripted };
  }
}

function recordsOf(body: Buffer): readonly PostedRecord[] {
  const { records, ...one } = JSON.parse(body.toString('latin1')) as PostedRecord & {
    readonly records?: readonly PostedRecord[];
  };
  return records ?? [one];
}

function usualBody(status: number, count: number): string {
  if (status >= 400) return JSON.stringify({ code: `code_${status}`, detail: 'No.' });
  const offset = { offset: '7', partition: 2, error_code: null, error: null };
  return JSON.stringify({ success: true, offsets: Array.from({ length: count }, () => offset) });
}
