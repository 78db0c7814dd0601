/** A table that may be damaged in places, read by its row ids. */
export interface DamagedTable<Row extends { readonly rowid: number }> {
  /** The first rows with an id from `from` to `to`, by id, at most `limit`. Rejects when it meets damage. */
  read(from: number, to: number, limit: number): Promise<readonly Row[]>;
  /** Whether a rejection of `read` means damage; anything else ends the salvage. */
  isDamage(error: unknown): boolean;
}

/** Ids from `from` to `to` could not be read: some of them were records, the others never were or are gone. */
export interface LostRange {
  readonly from: number;
  readonly to: number;
}

export type Salvaged<Row> = { readonly rows: readonly Row[] } | { readonly lost: LostRange };

const CHUNK = 256;
/** Up to this width each id of a lost range is asked for by itself: rows between two damaged pages can be read. */
const PROBED_WIDTH = 20_000;

/**
 * Everything that can still be read of a table, by the table's own tree: indexes are not trusted. Around damage
 * the steps get smaller down to one row; what cannot be read is named and never made up.
 */
export async function* salvage<Row extends { readonly rowid: number }>(
  table: DamagedTable<Row>,
  lowest: number,
  highest: number,
): AsyncGenerator<Salvaged<Row>> {
  let at = lowest;
  let limit = CHUNK;
  while (at <= highest) {
    const rows = await attempt(table, at, highest, limit);
    if (rows !== null) {
      if (rows.length > 0) yield { rows };
      if (rows.length < limit) return;
      at = (rows.at(-1) as Row).rowid + 1;
      limit = CHUNK;
    } else if (limit > 1) {
      limit = Math.ceil(limit / 4);
    } else {
      const next = await readableAgain(table, at, highest);
      yield* between(table, at, next - 1);
      at = next;
      limit = CHUNK;
    }
  }
}

async function attempt<Row extends { readonly rowid: number }>(
  table: DamagedTable<Row>,
  from: number,
  to: number,
  limit: number,
): Promise<readonly Row[] | null> {
  try {
    const rows = await table.read(from, to, limit);
    // A damaged tree may answer with ids that were not asked for, or go round in a circle.
    const rising = rows.every(({ rowid }, n) => rowid >= (rows[n - 1]?.rowid ?? from - 1) + 1);
    return rising && (rows.at(-1)?.rowid ?? from) <= to ? rows : null;
  } catch (error) {
    if (table.isDamage(error)) return null;
    throw error;
  }
}

/** The first id after `at` from which one row can be read again, found by doubling and halving. */
async function readableAgain<Row extends { readonly rowid: number }>(
  table: DamagedTable<Row>,
  at: number,
  highest: number,
): Promise<number> {
  const good = async (id: number): Promise<boolean> =>
    id > highest || (await attempt(table, id, highest, 1)) !== null;
  let bad = at;
  let step = 1;
  while (!(await good(bad + step))) {
    bad += step;
    step *= 2;
  }
  let first = Math.min(bad + step, highest + 1);
  while (first - bad > 1) {
    const middle = Math.floor((bad + first) / 2);
    if (await good(middle)) first = middle;
    else bad = middle;
  }
  return first;
}

/** Single rows that stand between damaged places, and the ranges around them. */
async function* between<Row extends { readonly rowid: number }>(
  table: DamagedTable<Row>,
  from: number,
  to: number,
): AsyncGenerator<Salvaged<Row>> {
  if (to - from >= PROBED_WIDTH) {
    yield { lost: { from, to } };
    return;
  }
  let lostFrom: number | null = null;
  for (let id = from; id <= to; id++) {
    const rows = await attempt(table, id, id, 1);
    if (rows === null) {
      lostFrom ??= id;
      continue;
    }
    if (lostFrom !== null) yield { lost: { from: lostFrom, to: id - 1 } };
    lostFrom = null;
    if (rows.length > 0) yield { rows };
  }
  if (lostFrom !== null) yield { lost: { from: lostFrom, to } };
}
