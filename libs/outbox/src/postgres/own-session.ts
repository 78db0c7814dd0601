import type { Settings } from './postgres-client.js';
import type { SqlRunner } from '../engine.js';

const MARK = 'ponte.own_session';

/** Goes with the settings that a session is started with. */
export const OWN_SESSION: Settings = { [MARK]: 'on' };

/**
 * Whether a connection is one session of the server for as long as it lasts. Behind a pooler it is not: PgBouncer
 * drops what a session is started with (`ignore_startup_parameters = options`) and gives each transaction another
 * session. Then no lock, no LISTEN and no setting may outlive a transaction: the next holder would have it.
 */
export async function isOwnSession(sql: SqlRunner): Promise<boolean> {
  const [row] = await sql.query(`SELECT current_setting('${MARK}', true) AS own`);
  return row?.['own'] === 'on';
}
