import type { Row, SqlRunner } from './engine.js';
import type { PurgeAges } from './outbox.store.js';
import { agesOf } from './retention.js';

/** Records that are past the age of their topic. */
export interface Expired {
  readonly sent: readonly number[];
  readonly deadLetters: readonly number[];
  /** None of the dead letters was buried later (epoch ms). */
  readonly buriedBy: number;
  /** To be called once they are gone, so that nobody looks at them again. */
  readonly gone: () => void;
}

/** How far the rows of an age were looked through. */
interface Place {
  readonly at: number;
  readonly id: number;
}

interface Kind {
  readonly status: 'sent' | 'dlq';
  readonly column: 'sent_at' | 'failed_at';
  readonly before: 'sentBefore' | 'deadLettersBefore';
}

const KINDS: readonly Kind[] = [
  { status: 'sent', column: 'sent_at', before: 'sentBefore' },
  { status: 'dlq', column: 'failed_at', before: 'deadLettersBefore' },
];
const BEGINNING: Place = { at: 0, id: Number.MIN_SAFE_INTEGER };
const PAGE = 1_000;
/** So often it looks at all of them again: a clock that was put back may have settled records behind a place. */
const AGAIN_MS = 86_400_000;

/**
 * Finds what is past the age of its topic where topics have ages of their own. For each age there is a place in the order
 * in which records were settled: behind it stands nothing of that age. So each record is looked at once for each
 * age, however many are kept, and no index by topic is needed.
 */
export class RetentionWalk {
  private readonly places = new Map<string, Place>();
  private beganAt = Date.now();

  constructor(private readonly sql: SqlRunner) {}

  /** At most `limit` records and about so many bytes of them; only the last page is empty. */
  async next(ages: PurgeAges, limit: number, maxBytes: number): Promise<Expired> {
    if (Date.now() - this.beganAt > AGAIN_MS) {
      this.places.clear();
      this.beganAt = Date.now();
    }
    const slice = new Slice(limit, maxBytes);
    const places = new Map<string, Place>();
    for (const kind of KINDS) {
      for (const [age, before] of distinct(ages, kind).entries()) {
        const name = `${kind.status} ${age}`;
        const isOf = (topic: string): boolean => agesOf(topic, ages)[kind.before] === before;
        const from = this.places.get(name) ?? BEGINNING;
        places.set(
          name,
          await this.walk(kind, before, from, (row) => take(slice, kind, row, isOf)),
        );
      }
    }
    const gone = (): void => places.forEach((place, name) => this.places.set(name, place));
    return { sent: slice.sent, deadLetters: slice.dlq, buriedBy: slice.buriedBy, gone };
  }

  /** @param visit false: not this one any more. @returns how far it came. */
  private async walk(
    { status, column }: Kind,
    before: number,
    from: Place,
    visit: (row: Row) => boolean,
  ): Promise<Place> {
    let place = from;
    for (;;) {
      const rows = await this.sql.query(
        `SELECT id, topic, bytes, ${column} AS "at" FROM record WHERE status = '${status}'` +
          ` AND ${column} < $1 AND (${column}, id) > ($2, $3) ORDER BY ${column}, id LIMIT ${PAGE}`,
        [before, place.at, place.id],
      );
      for (const row of rows) {
        if (!visit(row)) return place;
        place = { at: row['at'] as number, id: row['id'] as number };
      }
      if (rows.length < PAGE) return place;
    }
  }
}

/** What one short transaction removes. */
class Slice {
  readonly sent: number[] = [];
  readonly dlq: number[] = [];
  buriedBy = 0;
  private bytes = 0;

  constructor(
    private readonly limit: number,
    private readonly maxBytes: number,
  ) {}

  /** One record alone may have more bytes. */
  hasRoom(bytes: number): boolean {
    const count = this.sent.length + this.dlq.length;
    return count === 0 ? this.limit > 0 : count < this.limit && this.bytes + bytes <= this.maxBytes;
  }

  add(status: Kind['status'], row: Row): void {
    this[status].push(row['id'] as number);
    this.bytes += row['bytes'] as number;
    if (status === 'dlq') this.buriedBy = Math.max(this.buriedBy, row['at'] as number);
  }
}

function take(slice: Slice, { status }: Kind, row: Row, isOf: (topic: string) => boolean): boolean {
  if (!isOf(row['topic'] as string)) return true;
  if (!slice.hasRoom(row['bytes'] as number)) return false;
  slice.add(status, row);
  return true;
}

/** The different moments, always in the same order as long as the configuration is the same. */
function distinct(ages: PurgeAges, { before }: Kind): readonly number[] {
  return [...new Set([ages, ...(ages.byTopic ?? [])].map((one) => one[before]))];
}
