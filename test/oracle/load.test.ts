import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../dev/free-ports.js';
import { until } from '../support/bridge-api.js';
import { Load } from '../support/oracle/load.js';
import type { WantedLoad } from '../support/oracle/load-options.js';
import { sha256 } from '../support/oracle/posted.js';

interface Request {
  readonly topic: string;
  readonly messageId: string;
  readonly key: string | null;
  readonly body: string;
}

type Answer = { readonly status: number; readonly body: object } | 'none';

const ACCEPTED: Answer = { status: 201, body: { success: true, confirmed: false } };

/** An HTTP server in the place of the bridge, which sees what the generator does. */
class Listener {
  readonly requests: Request[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(answer: (request: Request, seen: number) => Answer): Promise<Listener> {
    const [port = 0] = await freePorts(1);
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const { message_id: messageId, key = null } = JSON.parse(body) as {
          message_id: string;
          key?: string;
        };
        const topic = request.url?.split('/').at(-1) ?? '';
        const seen = listener.requests.filter((one) => one.messageId === messageId).length;
        const asked = { topic, messageId, key, body };
        listener.requests.push(asked);
        const decided = answer(asked, seen);
        if (decided === 'none') request.socket.destroy();
        else response.writeHead(decided.status).end(JSON.stringify(decided.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const { port: bound } = server.address() as AddressInfo;
    const listener = new Listener(server, `http://127.0.0.1:${bound}`);
    return listener;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('the load generator', () => {
  const cleanUps: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  async function listen(answer: (request: Request, seen: number) => Answer): Promise<Listener> {
    const listener = await Listener.start(answer);
    cleanUps.push(() => listener.stop());
    return listener;
  }

  async function start(wanted: WantedLoad): Promise<Load> {
    const load = await Load.start(wanted);
    cleanUps.push(() => load.dispose());
    return load;
  }

  it('has each record in its log before the request leaves, with the digest of its value', async () => {
    let logFile = '';
    const unlogged: string[] = [];
    const { url, requests } = await listen(({ messageId }) => {
      const log = logFile === '' ? '' : readFileSync(logFile, 'utf8');
      if (logFile !== '' && !log.includes(`"${messageId}"`)) unlogged.push(messageId);
      return ACCEPTED;
    });
    const load = await start({ urls: [url], topics: ['one', 'two'] });
    ({ logFile } = load);
    await load.untilMore(200);
    await load.stop();

    const posted = await load.read();
    expect(unlogged).toEqual([]);
    expect(posted.length).toBeGreaterThanOrEqual(200);
    expect(requests.map(({ messageId }) => messageId).toSorted()).toEqual(
      posted.map(({ messageId }) => messageId).toSorted(),
    );
    const sent = new Map(requests.map((request) => [request.messageId, request]));
    for (const one of posted) {
      const { body = '', topic, key } = sent.get(one.messageId) ?? {};
      const data = body.slice(body.indexOf('"data":') + '"data":'.length, -1);
      expect({ sha: sha256(data), topic, key }).toEqual({
        sha: one.sha256,
        topic: one.topic,
        key: one.key,
      });
    }
  });

  it('gives sequential clients keys of their own, and lets racing ones share theirs', async () => {
    const { url } = await listen(() => ACCEPTED);
    const load = await start({ urls: [url], topics: ['nf'], records: 400 });
    await load.stop();
    const posted = await load.read();
    expect(posted).toHaveLength(400);
    const owners = new Map<string, Set<number>>();
    for (const { key, client } of posted) {
      if (key !== null) owners.set(key, (owners.get(key) ?? new Set()).add(client));
    }
    const ordered = posted.filter((one) => one.ordered);
    expect(ordered.filter(({ key }) => owners.get(key ?? '')?.size !== 1)).toEqual([]);
    expect([...owners.values()].some((clients) => clients.size > 1)).toBe(true);
    expect(posted.some(({ key }) => key === null)).toBe(true);
    // A sequential client waits for each answer.
    for (const client of new Set(ordered.map((one) => one.client))) {
      const own = ordered.filter((one) => one.client === client);
      const overlapping = own.filter(
        (one, index) => one.startedAt < (own[index - 1]?.endedAt ?? 0),
      );
      expect(overlapping).toEqual([]);
    }
  });

  it('repeats what has no good answer, with the same id, at the next bridge', async () => {
    const first = await listen((_, seen) => (seen % 2 === 0 ? 'none' : { status: 503, body: {} }));
    const second = await listen((_, seen) =>
      seen === 0 ? { status: 429, body: { code: 'queue_full' } } : ACCEPTED,
    );
    const load = await start({ urls: [first.url, second.url], topics: ['nf'], records: 16 });
    await load.stop();
    const posted = await load.read();
    expect(posted.map(({ outcome }) => outcome)).toEqual(posted.map(() => 'accepted'));
    expect(Math.min(...posted.map(({ tries }) => tries))).toBeGreaterThanOrEqual(3);
    const bodies = [...first.requests, ...second.requests].map(({ body }) => body);
    expect(new Set(bodies).size).toBe(16);
  });

  it('repeats a record neither after a refusal nor after its end, and says what it knows', async () => {
    const { url, requests } = await listen(({ messageId }) =>
      messageId.endsWith('-0') ? { status: 400, body: { code: 'invalid_key' } } : 'none',
    );
    const load = await start({
      urls: [url],
      topics: ['nf'],
      sequential: 2,
      racing: 0,
      records: 4,
      patienceMs: 0,
      durationMs: 300,
    });
    await load.stop();
    const posted = await load.read();
    const refused = posted.filter(({ number }) => number === 0);
    expect(refused.map(({ outcome, code }) => ({ outcome, code }))).toEqual([
      { outcome: 'rejected', code: 'invalid_key' },
      { outcome: 'rejected', code: 'invalid_key' },
    ]);
    expect(requests.filter(({ messageId }) => messageId.endsWith('-0'))).toHaveLength(2);
    const open = posted.filter(({ number }) => number === 1);
    expect(open.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown']);
  });

  it('ends in good order: no new record, and what is open is repeated until it is answered', async () => {
    let open = false;
    const { url, requests } = await listen(() => (open ? ACCEPTED : 'none'));
    const load = await start({ urls: [url], topics: ['nf'], sequential: 2, racing: 2 });
    await until(
      'every client has posted',
      async () => new Set(requests.map(({ messageId }) => messageId)).size,
      (records) => records === 4,
    );
    const stopped = load.stop();
    await delay(200);
    open = true;
    await stopped;
    const posted = await load.read();
    expect(posted.map(({ outcome }) => outcome)).toEqual(Array(4).fill('accepted'));
  });

  it('leaves a log that can be read when it is killed, and when the last line is torn', async () => {
    const { url } = await listen(() => ACCEPTED);
    const load = await start({ urls: [url], topics: ['nf'] });
    await load.untilMore(50);
    await load.kill();
    const before = await load.read();
    await appendFile(load.logFile, '{"type":"try","messageId":"');
    expect(await load.read()).toEqual(before);
    expect((await load.progress()).accepted).toBeGreaterThanOrEqual(50);
    await expect(load.stop()).rejects.toThrow(/ended with SIGKILL/);
  });

  it('posts no faster than it is told', async () => {
    const { url } = await listen(() => ACCEPTED);
    const load = await start({ urls: [url], topics: ['nf'], records: 21, maxPerSecond: 20 });
    await load.stop();
    const times = (await load.read()).map(({ startedAt }) => startedAt).toSorted((a, b) => a - b);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(900);
  });
});
