import { ChainCheck, RECOVERED, type AuditFault } from './chain-check.js';
import { hashOf, headText, NO_HEAD, parseHead, type AuditHead, type AuditRow } from './chain.js';

/** So many rows, each with the hash of the chain up to it. */
function chainOf(count: number, detail: string | null = null): AuditRow[] {
  let head = NO_HEAD;
  return Array.from({ length: count }, (_, n) => {
    const last = n === count - 1;
    const row = {
      id: n + 1,
      at: 1_700_000_000_000 + n,
      actor: 'maria',
      action: detail !== null && last ? RECOVERED.action : 'replay',
      message_id: `nf-${n + 1}`,
      reason: null,
      detail: last ? detail : null,
    };
    head = { id: row.id, hash: hashOf(head.hash, row) };
    return { ...row, hash: head.hash };
  });
}

const headOf = (rows: readonly AuditRow[]): AuditHead => {
  const last = rows.at(-1);
  return { id: Number(last?.['id'] ?? 0), hash: (last?.['hash'] ?? NO_HEAD.hash) as Buffer };
};

function check(
  rows: readonly AuditRow[],
  head: AuditHead | null,
  noted: AuditHead | null = null,
): readonly (readonly [AuditFault, number, number, boolean])[] {
  const chain = new ChainCheck(noted);
  for (const row of rows) chain.meet(row);
  return chain
    .end(head)
    .findings.map(({ fault, id, to, known }) => [fault, id, to, known] as const);
}

describe('the chain of the audit', () => {
  const rows = chainOf(9);
  const head = headOf(rows);

  it('is in order as it was written, and when it is empty', () => {
    expect(check(rows, head, headOf(rows.slice(0, 4)))).toEqual([]);
    expect(check([], NO_HEAD, NO_HEAD)).toEqual([]);
  });

  it.each(['at', 'actor', 'action', 'message_id'])('shows a changed %s', (column) => {
    const changed = rows.map((row, n) =>
      n === 4 ? { ...row, [column]: column === 'at' ? 1 : 'x' } : row,
    );
    expect(check(changed, head).map(([fault]) => fault)).toContain('changed');
  });

  it('shows a row whose words were given where there had been none', () => {
    const changed = rows.map((row, n) => (n === 4 ? { ...row, reason: 'asked to' } : row));
    expect(check(changed, head)).toEqual([['changed', 5, 5, false]]);
  });

  it('shows removed rows, by what is missing', () => {
    expect(check(rows.toSpliced(3, 2), head)).toEqual([['removed', 4, 5, false]]);
  });

  it('shows a row that was put in between, with whatever hash', () => {
    const gap = rows.map((row) => ({ ...row, id: Number(row['id']) * 2 }));
    let before = NO_HEAD.hash;
    const spread = gap.map((row) => {
      before = hashOf(before, row);
      return { ...row, hash: before };
    });
    const forged = { ...spread[3], id: 9, hash: Buffer.alloc(32, 1) };
    expect(check(spread, headOf(spread))).toEqual([]);
    expect(check(spread.toSpliced(4, 0, forged), headOf(spread))).toEqual([
      ['inserted', 9, 9, false],
    ]);
  });

  it('shows a cut tail by the head of the database, and by a noted one when that was cut, too', () => {
    const cut = rows.slice(0, 6);
    expect(check(cut, head)).toEqual([['cut', 7, 9, false]]);
    expect(check(cut, headOf(cut))).toEqual([]);
    expect(check(cut, headOf(cut), head)).toEqual([['cut', 7, 9, false]]);
  });

  it('shows a chain that was written anew only to whoever has noted its head', () => {
    const anew = chainOf(9, 'other words');
    expect(check(anew, headOf(anew))).toEqual([]);
    expect(check(anew, headOf(anew), head)).toEqual([['other', 9, 9, false]]);
  });

  it('shows rows behind the head', () => {
    expect(check(rows, headOf(rows.slice(0, 8)))).toEqual([['inserted', 9, 9, false]]);
  });

  it('knows what a damaged database has lost, and nothing else that is missing', () => {
    const recovered = chainOf(9, `${RECOVERED.lost}3 to 4`);
    expect(check(recovered.toSpliced(2, 2), headOf(recovered))).toEqual([['removed', 3, 4, true]]);
    expect(check(recovered.toSpliced(2, 3), headOf(recovered))).toEqual([['removed', 3, 5, false]]);
  });

  it('has a head that can be written down', () => {
    expect(parseHead(headText(head))).toEqual(head);
    for (const text of ['', '9', '9:', '9:zz', `-1:${'0'.repeat(64)}`, `9:${'0'.repeat(63)}`]) {
      expect(parseHead(text)).toBeNull();
    }
  });
});
