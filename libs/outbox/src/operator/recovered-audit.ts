import { appendAudit, readHead, setHead } from '../audit/append.js';
import { RECOVERED } from '../audit/chain-check.js';
import { hashOf, NO_HEAD, storedHash, type AuditHead } from '../audit/chain.js';
import type { Row, Writer } from '../engine.js';
import type { SourceRow } from './recovery-source.js';
import type { LostRange } from './salvage.js';

/** Rows of a version without a chain get their hashes as its migration would have given them. */
export function auditCopier(): (row: SourceRow) => SourceRow {
  let before = NO_HEAD.hash;
  return (row) => {
    const { rowid, ...columns } = row;
    const hash = storedHash(row) ?? hashOf(before, columns);
    before = hash;
    return { ...row, rowid, hash };
  };
}

/**
 * What could not be read stays missing in the chain, and a last row says so; nothing is hashed anew, which would make a
 * forgery look as a loss does.
 * @param highest the id that was given last.
 */
export async function closeAudit(
  target: Writer,
  lost: readonly LostRange[],
  highest: number,
): Promise<void> {
  await target.begin();
  const head = await readHead(target);
  const [row] = await target.query('SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1');
  const last = lastOf(row);
  const given = highest < Number.MAX_SAFE_INTEGER ? highest : last.id;
  const end = Math.max(last.id, head?.id ?? given);
  const tail = end > last.id ? [{ from: last.id + 1, to: end }] : [];
  const ranges = [...lost.filter(({ from }) => from <= last.id), ...tail];
  // No id is given twice; the next row follows from the last one that can be read.
  await setHead(target, { id: end, hash: last.hash });
  if (ranges.length > 0) {
    const detail = RECOVERED.lost + ranges.map(({ from, to }) => `${from} to ${to}`).join(', ');
    const about = { messageId: '', topic: '', detail };
    await appendAudit(target, Date.now(), [
      { actor: 'recover', action: RECOVERED.action, ...about },
    ]);
  }
  await target.commit();
}

function lastOf(row: Row | undefined): AuditHead {
  if (row === undefined) return NO_HEAD;
  return { id: Number(row['id']), hash: storedHash(row) ?? NO_HEAD.hash };
}
