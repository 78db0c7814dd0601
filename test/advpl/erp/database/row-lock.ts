import type { Row } from './table.js';

/** Whoever may own locks: a thread. */
export interface LockOwner {
  readonly locks: Set<Row>;
}

/** A row's lock; whoever wants it waits in turn. */
export interface RowLock {
  readonly owner: LockOwner;
  readonly released: Promise<void>;
  readonly release: () => void;
}

/** Whether the owner has it now. */
export function tryLock(row: Row, owner: LockOwner): boolean {
  if (row.lock !== null) return row.lock.owner === owner;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  row.lock = { owner, released, release };
  owner.locks.add(row);
  return true;
}

export function unlock(row: Row, owner: LockOwner): void {
  if (row.lock?.owner !== owner) return;
  const { release } = row.lock;
  row.lock = null;
  owner.locks.delete(row);
  release();
}
