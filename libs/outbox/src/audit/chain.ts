import { createHash } from 'node:crypto';

/** The end of the chain: whoever keeps it elsewhere sees later whether the audit was cut or written anew. */
export interface AuditHead {
  /** Of the last row; 0 while there is none. */
  readonly id: number;
  readonly hash: Buffer;
}

/** A row as the database has it; `hash` is that of the row itself. */
export type AuditRow = Readonly<Record<string, unknown>>;

const HASH_BYTES = 32;
/** PostgreSQL's driver gives 64-bit integers as text where nobody has told it otherwise. */
const NUMBERS: ReadonlySet<string> = new Set(['id', 'at']);

/** Before the first row. */
export const NO_HEAD: AuditHead = { id: 0, hash: Buffer.alloc(HASH_BYTES) };

/**
 * SHA-256 over the hash of the row before and this row as a JSON array of [column, value], by the columns' names. What is
 * null is left out, so that a column that comes later changes no hash.
 */
export function hashOf(before: Buffer, row: AuditRow): Buffer {
  const columns = Object.entries(row)
    .filter(([name, value]) => name !== 'hash' && value !== null && value !== undefined)
    .map(([name, value]) => [name, NUMBERS.has(name) ? Number(value) : value] as const)
    .toSorted(([one], [two]) => (one < two ? -1 : 1));
  return createHash('sha256').update(before).update(JSON.stringify(columns)).digest();
}

/** `id:hash`, as it is logged, noted and given to the command. */
export function headText({ id, hash }: AuditHead): string {
  return `${id}:${hash.toString('hex')}`;
}

/** Null: that is no head. */
export function parseHead(text: string): AuditHead | null {
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (id === undefined || hash === undefined) return null;
  return { id: Number(id), hash: Buffer.from(hash, 'hex') };
}

export function storedHash(row: AuditRow): Buffer | null {
  const { hash } = row;
  return Buffer.isBuffer(hash) && hash.length === HASH_BYTES ? hash : null;
}
