import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { LoadLog } from './load-log.js';
import type { LoadOptions } from './load-options.js';
import { postUntilAnswered, requestOf, type PostOptions } from './post.js';
import { invoice } from './posting-client.js';

/*
 * The load generator: a process of its own, so that its log outlives whatever the test does to itself.
 * `load-generator.ts <log file> <LoadOptions as JSON>`; SIGTERM ends it in good order: no new record, and what
 * has no good answer yet is repeated for `patienceMs`.
 */

const FILLING = 'ação, nº, preço; ';

class Generator {
  private readonly agent: Agent;
  private readonly run = randomBytes(4).toString('hex');
  private begun = 0;
  private stopAt = Infinity;
  private nextSlot = 0;

  constructor(
    private readonly options: LoadOptions,
    private readonly log: LoadLog,
  ) {
    const clients = options.sequential + options.racing;
    this.agent = new Agent({ keepAlive: true, maxSockets: clients, maxFreeSockets: clients });
    if (options.durationMs !== null) this.stopAt = Date.now() + options.durationMs;
  }

  stop(): void {
    this.stopAt = Math.min(this.stopAt, Date.now());
  }

  async runAll(): Promise<void> {
    const { sequential, racing } = this.options;
    const clients = Array.from({ length: sequential + racing }, (_, client) => client);
    await Promise.all(clients.map((client) => this.runClient(client)));
    this.agent.destroy();
  }

  private async runClient(client: number): Promise<void> {
    for (let number = 0; this.begins(); number++) {
      await this.slot();
      await this.post(client, number);
    }
  }

  private begins(): boolean {
    const { records } = this.options;
    if (Date.now() >= this.stopAt || (records !== null && this.begun >= records)) return false;
    this.begun += 1;
    return true;
  }

  private async slot(): Promise<void> {
    const { maxPerSecond } = this.options;
    if (maxPerSecond === null) return;
    const now = Date.now();
    const mine = Math.max(now, this.nextSlot);
    this.nextSlot = mine + 1_000 / maxPerSecond;
    if (mine > now) await delay(mine - now);
  }

  private async post(client: number, number: number): Promise<void> {
    const { topics, recordHeaders, sequential } = this.options;
    const { posting, body } = requestOf(
      {
        client,
        number,
        ordered: client < sequential,
        topic: topics[number % topics.length] ?? '',
        messageId: `load-${this.run}-${client}-${number}`,
        key: this.keyOf(client, number),
        headers: recordHeaders,
      },
      invoice(client, number, this.filling()),
    );
    await this.log.write({ type: 'posting', at: Date.now(), posting });
    const outcomes: Promise<void>[] = [];
    const options: PostOptions = {
      urls: this.options.urls,
      agent: this.agent,
      headers: this.options.httpHeaders,
      answerWithinMs: this.options.answerWithinMs,
      goOn: () => Date.now() < this.stopAt + this.options.patienceMs,
      onTry: (answer) => {
        outcomes.push(this.log.write({ type: 'try', messageId: posting.messageId, answer }));
      },
    };
    await postUntilAnswered(posting, body, options);
    await Promise.all(outcomes);
  }

  private keyOf(client: number, number: number): string | null {
    const { topics, sequential, keys, keyless } = this.options;
    // The topic changes with each record, so the key changes with each round of the topics.
    const which = Math.floor(number / topics.length) % keys;
    if (client < sequential) return `own-${client}-${which}`;
    return Math.random() < keyless ? null : `shared-${which}`;
  }

  private filling(): string {
    const { min, max } = this.options.valueBytes;
    const bytes = Math.round(min * (max / min) ** Math.random());
    const rest = Math.max(0, bytes - invoice(0, 0).length);
    return FILLING.repeat(Math.ceil(rest / Buffer.byteLength(FILLING)));
  }
}

const [, , file = '', json = ''] = process.argv;
const log = await LoadLog.open(file);
const generator = new Generator(JSON.parse(json) as LoadOptions, log);
process.on('SIGTERM', () => generator.stop());
process.stdout.write('ready\n');
await generator.runAll();
await log.close();
