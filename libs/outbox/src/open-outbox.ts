import type { Engine } from './engine.js';
import type { CommitListener } from './group-commit.js';
import type { OutboxStore } from './outbox.store.js';
import { portError } from './port-error.js';
import { openPostgres } from './postgres/open-postgres.js';
import { SqlOutboxStore } from './sql-outbox.store.js';
import { ValueCipher, type ValueKeys } from './values/value-cipher.js';
import { openSqlite } from './sqlite/open-sqlite.js';

export interface OutboxOptions {
  /** `sqlite:<path of the file>` or `postgres://…`. */
  readonly url: string;
  /** Size of the ballast file beside an SQLite database; 0 for none. */
  readonly ballastBytes: number;
  /** Values are encrypted with the first of these keys; none: they are stored as they are. */
  readonly valueKeys?: ValueKeys;
  /** Must not throw. */
  readonly onCommit?: CommitListener;
}

/**
 * Opens the outbox: takes the process's lock, checks what the database promises, migrates it.
 * @throws OutboxError `values_key_missing`, `storage_locked`, `storage_unsafe`, `storage_corrupt`, `storage_full`, `storage_unavailable`;
 * a URL of another kind is a TypeError.
 */
export async function openOutbox(options: OutboxOptions): Promise<OutboxStore> {
  const { url, ballastBytes, valueKeys, onCommit = ignored } = options;
  const cipher = valueKeys === undefined ? null : new ValueCipher(valueKeys);
  if (/^postgres(ql)?:\/\//.test(url)) {
    return openStore(await openPostgres(url, 'shared'), cipher, onCommit);
  }
  if (url.startsWith('sqlite:')) {
    return openSqliteOutbox(url.slice('sqlite:'.length), ballastBytes, cipher, onCommit);
  }
  throw new TypeError('The URL of the outbox begins with sqlite: or postgres://.');
}

const ignored = (): void => {};

async function openSqliteOutbox(
  file: string,
  ballastBytes: number,
  cipher: ValueCipher | null,
  onCommit: CommitListener,
): Promise<OutboxStore> {
  let store: SqlOutboxStore | null = null;
  const engine = await openSqlite(file, ballastBytes, (error) => store?.fail(error));
  store = await openStore(engine, cipher, onCommit);
  return store;
}

async function openStore(
  engine: Engine,
  cipher: ValueCipher | null,
  onCommit: CommitListener,
): Promise<SqlOutboxStore> {
  try {
    return await SqlOutboxStore.open(engine, cipher, onCommit);
  } catch (error) {
    await engine.close();
    throw portError(error);
  }
}
