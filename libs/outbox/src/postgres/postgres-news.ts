import { randomBytes } from 'node:crypto';
import { Client, type Notification } from 'pg';
import type { NewsChannel, SqlRunner } from '../engine.js';
import type { News } from '../news.js';
import { clientOptions } from './postgres-client.js';

/** Channels belong to a database, and a database may have an outbox in each schema. */
const CHANNEL = "'ponte_' || hashtext(current_schema())";
/** How soon a lost connection is made again. */
const AGAIN_MS = 1_000;
/** So often an instance tells itself something. What it has not heard by the next time it cannot hear. */
const PROBE_MS = 5_000;
/** Where nothing can be heard, everything is looked at so often. */
const LOOK_MS = 5_000;
/** PostgreSQL takes less than 8,000 bytes. */
const MAX_BYTES = 7_500;

/** What goes over the wire; `news` null: more than can be told. */
interface Told {
  readonly by: string;
  readonly news: News | null;
}

/**
 * What instances tell each other by NOTIFY: once for each group commit, since every notification takes a lock of the
 * whole server at its commit. What is told while nobody listens is lost, so nothing may hang on it: whoever hears
 * again after a gap looks at everything.
 */
export class PostgresNews implements NewsChannel {
  private readonly by = randomBytes(8).toString('hex');
  private client: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;
  private probed = false;
  private heard: (news: News) => void = () => undefined;
  private missed: () => void = () => undefined;

  /**
   * @param probe a connection that is not the listening one.
   * @param hears false: behind a pooler, where LISTEN would be some other session's.
   */
  constructor(
    private readonly url: string,
    private readonly probe: SqlRunner,
    private readonly hears: boolean,
  ) {}

  async tell(tx: SqlRunner, news: News): Promise<void> {
    const whole = textOf({ by: this.by, news });
    const text = whole.length > MAX_BYTES ? textOf({ by: this.by, news: null }) : whole;
    await tx.query(`SELECT pg_notify(${CHANNEL}, $1)`, [text]);
  }

  listen(heard: (news: News) => void, missed: () => void): void {
    this.heard = heard;
    this.missed = missed;
    if (this.hears) void this.connect();
    else this.look();
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private look(): void {
    this.missed();
    this.later(LOOK_MS, () => this.look());
  }

  private async connect(): Promise<void> {
    const client = new Client(clientOptions(this.url));
    this.client = client;
    client.on('error', () => this.connectAgain(client));
    client.on('end', () => this.connectAgain(client));
    client.on('notification', (notification) => this.take(notification));
    try {
      await client.connect();
      const { rows } = await client.query<{ channel: string }>(`SELECT ${CHANNEL} AS channel`);
      await client.query(`LISTEN ${client.escapeIdentifier(rows[0]?.channel ?? '')}`);
      this.missed();
      this.probed = false;
      this.later(PROBE_MS, () => this.probeOrConnect(client));
    } catch {
      this.connectAgain(client);
    }
  }

  /** Every look at everything, while nothing can be heard, is one of these. */
  private async probeOrConnect(client: Client): Promise<void> {
    if (this.client !== client || this.closed) return;
    if (this.probed) return this.connectAgain(client);
    this.probed = true;
    await this.tell(this.probe, NO_NEWS).catch(() => {
      // The database is away: the listening connection finds out as well.
    });
    this.later(PROBE_MS, () => this.probeOrConnect(client));
  }

  private connectAgain(client: Client): void {
    if (this.client !== client || this.closed) return;
    this.client = null;
    void client.end().catch(() => undefined);
    this.later(AGAIN_MS, () => this.connect());
  }

  private later(ms: number, run: () => Promise<void> | void): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (!this.closed) this.timer = setTimeout(() => void run(), ms);
  }

  private take({ payload = '' }: Notification): void {
    this.probed = false;
    const { by, news } = JSON.parse(payload) as Told;
    if (by === this.by) return;
    if (news === null) this.missed();
    else this.heard(news);
  }
}

const NO_NEWS: News = { accepted: null, settled: null, replayed: [], discarded: [] };

function textOf({ by, news }: Told): string {
  if (news === null) return JSON.stringify({ by, news });
  const { accepted, settled, replayed, discarded } = news;
  return JSON.stringify({ by, news: { accepted, settled, replayed, discarded } });
}
