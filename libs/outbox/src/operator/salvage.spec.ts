import { salvage, type DamagedTable, type LostRange } from './salvage.js';

interface Row {
  readonly rowid: number;
}

/** A table of pages of ten rows; reading over a damaged page fails as SQLite does: the whole statement. */
function tableOf(ids: readonly number[], damagedPages: readonly number[]): DamagedTable<Row> {
  const pageOf = (id: number): number => Math.floor(id / 10);
  return {
    async read(from, to, limit) {
      const rows: Row[] = [];
      if (damagedPages.includes(pageOf(from))) throw new RangeError('damaged');
      for (const rowid of ids) {
        if (rowid < from || rows.length === limit) continue;
        if (damagedPages.includes(pageOf(rowid))) throw new RangeError('damaged');
        if (rowid > to) break;
        rows.push({ rowid });
      }
      return rows;
    },
    isDamage: (error) => error instanceof RangeError,
  };
}

async function all(table: DamagedTable<Row>, highest: number, lowest = 0) {
  const rows: number[] = [];
  const lost: LostRange[] = [];
  for await (const piece of salvage(table, lowest, highest)) {
    if ('rows' in piece) rows.push(...piece.rows.map(({ rowid }) => rowid));
    else lost.push(piece.lost);
  }
  return { rows, lost };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, id) => id + 1);

describe('the salvage of a damaged table', () => {
  it('reads everything of one that is whole, also with gaps', async () => {
    const ids = upTo(2_000).filter((id) => id % 7 !== 0);
    expect(await all(tableOf(ids, []), 2_000)).toEqual({ rows: ids, lost: [] });
    expect(await all(tableOf([], []), 0)).toEqual({ rows: [], lost: [] });
    const below = [-30, -29, -2, ...upTo(300)];
    expect(await all(tableOf(below, []), 300, -30)).toEqual({ rows: below, lost: [] });
  });

  it('loses the rows of the damaged pages and no other', async () => {
    const ids = upTo(1_000);
    const { rows, lost } = await all(tableOf(ids, [30, 31, 77, 100]), 1_000);
    const gone = (id: number): boolean => [30, 31, 77, 100].includes(Math.floor(id / 10));
    expect(rows).toEqual(ids.filter((id) => !gone(id)));
    expect(lost).toEqual([
      { from: 300, to: 319 },
      { from: 770, to: 779 },
      { from: 1_000, to: 1_000 },
    ]);
  });

  it('finds the rows between damaged pages that lie far apart', async () => {
    const ids = upTo(600);
    const { rows } = await all(tableOf(ids, [10, 12, 14, 50, 59]), 600);
    expect(rows).toEqual(ids.filter((id) => ![10, 12, 14, 50, 59].includes(Math.floor(id / 10))));
  });

  it('gives a table up whose root is damaged, without asking for each of its ids', async () => {
    let asked = 0;
    const table: DamagedTable<Row> = {
      read: () => {
        asked += 1;
        return Promise.reject(new RangeError('damaged'));
      },
      isDamage: () => true,
    };
    expect(await all(table, 5_000_000)).toEqual({ rows: [], lost: [{ from: 0, to: 5_000_000 }] });
    expect(asked).toBeLessThan(100);
  });

  it('ends with an error that is not damage', async () => {
    const table: DamagedTable<Row> = {
      read: () => Promise.reject(new Error('no memory')),
      isDamage: (error) => error instanceof RangeError,
    };
    await expect(all(table, 10)).rejects.toThrow('no memory');
  });
});
