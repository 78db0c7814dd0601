import { hashOf, storedHash, type AuditHead, type AuditRow, NO_HEAD } from './chain.js';

/**
 * - `changed`: the row is not what was written, or its hash is not.
 * - `removed`: rows before this one are missing.
 * - `inserted`: the row was never part of the chain.
 * - `cut`: the last rows are missing.
 * - `other`: the row does not have the hash that was noted elsewhere: the chain was written anew.
 */
export type AuditFault = 'changed' | 'removed' | 'inserted' | 'cut' | 'other';

export interface AuditFinding {
  readonly fault: AuditFault;
  /** Of the row; where rows are missing, of the first that is. */
  readonly id: number;
  /** Of the last one that is missing. */
  readonly to: number;
  /** Lost with a damaged database, as a later row of the chain says. */
  readonly known: boolean;
}

interface Suspect {
  readonly row: AuditRow;
  /** The last row before it that is in order. */
  readonly before: AuditHead;
  readonly finding: Omit<AuditFinding, 'known'>;
}

/** Action and beginning of the words of the row that tells what a damaged database has lost of the audit. */
export const RECOVERED = { action: 'recover', lost: 'audit rows lost: ' } as const;

/** Goes along the rows in the order of their ids, once, and keeps the last one only. */
export class ChainCheck {
  count = 0;
  private last: AuditHead = NO_HEAD;
  private suspect: Suspect | null = null;
  private readonly found: Omit<AuditFinding, 'known'>[] = [];
  private readonly lost: (readonly [number, number])[] = [];
  private notedHash: Buffer | null = null;

  /** @param noted the head as it was written down elsewhere; null: nobody has. */
  constructor(private readonly noted: AuditHead | null) {}

  get lastId(): number {
    return this.last.id;
  }

  meet(row: AuditRow): void {
    const id = Number(row['id']);
    const hash = storedHash(row);
    this.count += 1;
    if (id === this.noted?.id) this.notedHash = hash;
    if (hash !== null && hash.equals(hashOf(this.last.hash, row))) this.settleSuspect();
    else if (hash !== null && this.wasInserted(hash, row)) this.suspect = null;
    else this.suspectRow(row, id);
    this.noteLost(row);
    this.last = { id, hash: hash ?? Buffer.alloc(0) };
  }

  /** @param head where the database itself says that the chain ends; null: it does not say. */
  end(head: AuditHead | null): {
    readonly head: AuditHead;
    readonly findings: readonly AuditFinding[];
  } {
    this.settleSuspect();
    if (head !== null) this.compareEnd(head);
    if (this.noted !== null && this.noted.id > 0) this.compareNoted(this.noted);
    const findings = this.found.map((one) => ({ ...one, known: this.isKnown(one) }));
    return { head: this.last, findings };
  }

  private suspectRow(row: AuditRow, id: number): void {
    this.settleSuspect();
    const missing = id > this.last.id + 1;
    this.suspect = {
      row,
      before: this.last,
      finding: missing
        ? { fault: 'removed', id: this.last.id + 1, to: id - 1 }
        : { fault: 'changed', id, to: id },
    };
  }

  /** Whether this row follows from the one before the suspect, which then nothing stands on. */
  private wasInserted(hash: Buffer, row: AuditRow): boolean {
    if (this.suspect === null) return false;
    if (!hash.equals(hashOf(this.suspect.before.hash, row))) return false;
    const id = Number(this.suspect.row['id']);
    this.found.push({ fault: 'inserted', id, to: id });
    return true;
  }

  private settleSuspect(): void {
    if (this.suspect !== null) this.found.push(this.suspect.finding);
    this.suspect = null;
  }

  private compareEnd(head: AuditHead): void {
    const { id, hash } = this.last;
    if (id < head.id) this.found.push({ fault: 'cut', id: id + 1, to: head.id });
    else if (id > head.id) this.found.push({ fault: 'inserted', id: head.id + 1, to: id });
    else if (!hash.equals(head.hash)) this.found.push({ fault: 'changed', id, to: id });
  }

  private compareNoted(noted: AuditHead): void {
    const { id } = this.last;
    if (this.notedHash?.equals(noted.hash) === true) return;
    if (this.notedHash !== null) this.found.push({ fault: 'other', id: noted.id, to: noted.id });
    else if (id < noted.id) this.found.push({ fault: 'cut', id: id + 1, to: noted.id });
    else this.found.push({ fault: 'removed', id: noted.id, to: noted.id });
  }

  private noteLost(row: AuditRow): void {
    const detail = row['detail'];
    if (row['action'] !== RECOVERED.action || typeof detail !== 'string') return;
    if (this.suspect !== null || !detail.startsWith(RECOVERED.lost)) return;
    for (const range of detail.slice(RECOVERED.lost.length).split(', ')) {
      const [from = NaN, to = from] = range.split(' to ').map(Number);
      this.lost.push([from, to]);
    }
  }

  /** A change of the row right after what was lost cannot be told from the loss. */
  private isKnown({ fault, id, to }: Omit<AuditFinding, 'known'>): boolean {
    if (fault !== 'removed' && fault !== 'cut') return false;
    return this.lost.some(([from, until]) => from <= id && to <= until);
  }
}
