import { exists } from './file-system.js';
import { SqliteConnection } from './sqlite-connection.js';

/** Without changing anything: a database that nobody has open gets no new files beside it. */
export async function openToRead(path: string): Promise<SqliteConnection> {
  const connection = await SqliteConnection.open(
    path,
    (await exists(`${path}-wal`)) ? 'read only' : 'as it is',
  );
  await connection.pragma('busy_timeout = 5000').catch(() => undefined);
  return connection;
}
