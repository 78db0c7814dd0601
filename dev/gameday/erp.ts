import { setTimeout as delay } from 'node:timers/promises';
import { invoices, type SampleRecord } from '../demo/invoices.js';
import type { Accepted } from './books.js';

/** Light load: a branch that bills all day. */
const PAUSE_MS = 500;
const WAIT_SECONDS = 1;
const AT_ONCE = 400;
/** An ERP does not give up; a game day that went wrong has to end. */
const RETRIES = 1_200;

class Refused extends Error {}

interface Taken {
  /** The bridge knows them already. */
  readonly duplicate: boolean;
}

interface Posted {
  readonly topic: string;
  readonly record: SampleRecord;
}

/** Posts invoices one after the other, each until it is accepted, as the ERP's job does; remembers what was accepted. */
export class Erp {
  private readonly posted: Posted[] = [];
  private working: Promise<void> | null = null;
  private paused = false;
  private number = 0;

  constructor(
    private readonly url: string,
    private readonly topic: string,
  ) {}

  get accepted(): readonly Accepted[] {
    return this.posted.map(({ topic, record: { messageId, data } }) => ({
      topic,
      messageId,
      data,
    }));
  }

  start(): void {
    this.paused = false;
    this.number++;
    this.working = this.bill();
    this.working.catch(() => {
      // Whoever pauses the load is told.
    });
  }

  /** Resolves when the record that is under way is accepted, so that of none it is unknown. */
  async pause(): Promise<void> {
    this.paused = true;
    await this.working;
  }

  /** Posts records until they are accepted. @throws Error with the bridge's answer when it does not take them. */
  async hand(topic: string, ...records: readonly SampleRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += AT_ONCE) {
      const part = records.slice(from, from + AT_ONCE);
      await this.insist(topic, part);
      this.posted.push(...part.map((record) => ({ topic, record })));
    }
  }

  /**
   * Posts again all that was accepted after the first `count` records, as after an outbox was put back.
   * @returns the ids of those that the bridge did not know: they would have been lost without it.
   */
  async handAgainAfter(count: number): Promise<readonly string[]> {
    const unknown: string[] = [];
    for (const { topic, record } of this.posted.slice(count)) {
      const { duplicate } = await this.insist(topic, [record]);
      if (!duplicate) unknown.push(record.messageId);
    }
    return unknown;
  }

  private async bill(): Promise<void> {
    for (; ; this.number++) {
      for (const record of invoices(this.number, 1)) {
        if (this.paused) return;
        await this.hand(this.topic, record);
        await delay(PAUSE_MS);
      }
    }
  }

  /** A bridge that is away or refuses for a while is asked again. */
  private async insist(topic: string, records: readonly SampleRecord[]): Promise<Taken> {
    for (let tries = 0; ; tries++) {
      const answer = await this.post(topic, records).catch((error: unknown) => {
        if (error instanceof Refused) throw error;
        return String(error);
      });
      if (typeof answer !== 'string') return answer;
      if (tries === RETRIES) throw new Error(answer);
      await delay(PAUSE_MS);
    }
  }

  /** @returns how it was accepted, or why it should be posted again. @throws Error when it never will be. */
  private async post(topic: string, records: readonly SampleRecord[]): Promise<Taken | string> {
    const response = await fetch(`${this.url}/topics/${topic}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Prefer: `wait=${WAIT_SECONDS}` },
      body: `{"records":[${records.map(entry).join(',')}]}`,
    });
    const text = await response.text();
    if (response.ok) {
      const { duplicate = false } = JSON.parse(text) as Partial<Taken>;
      return { duplicate };
    }
    const why = `${topic}: ${response.status} ${text}`;
    if (response.status < 500) throw new Refused(why);
    return why;
  }
}

/** Put together as text, so that the numbers of `data` stay as they are. */
function entry({ key, messageId, data }: SampleRecord): string {
  return `{"key":${JSON.stringify(key)},"message_id":${JSON.stringify(messageId)},"data":${data}}`;
}
