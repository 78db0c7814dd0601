import sqlite3 from 'sqlite3';

/** Runs one statement on an SQLite file, as the sqlite3 shell does, on a connection of its own. */
export async function sqliteFile(
  file: string,
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const database = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(file, (error) => {
      if (error === null) resolve(opened);
      else reject(error);
    });
  });
  try {
    return await new Promise((resolve, reject) => {
      database.all<Record<string, unknown>>(sql, (error, rows) => {
        if (error === null) resolve(rows);
        else reject(error);
      });
    });
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
}
