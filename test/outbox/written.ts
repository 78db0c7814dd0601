import { jest } from '@jest/globals';
import { COMMIT_AT_ONCE } from '../../libs/outbox/src/sqlite/at-once.js';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';

/** What SQLite's writer does from now on: the first word of each statement, or `at once`. Until mocks are restored. */
export function written(): () => readonly string[] {
  const query = jest.spyOn(SqliteConnection.prototype, 'query');
  return () =>
    query.mock.calls.map(([sql]) =>
      sql === COMMIT_AT_ONCE ? 'at once' : (sql.split(' ')[0] ?? ''),
    );
}
