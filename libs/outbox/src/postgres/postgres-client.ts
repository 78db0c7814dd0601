import { createHash } from 'node:crypto';
import {
  DatabaseError,
  TypeOverrides,
  types as parsers,
  type ClientConfig,
  type QueryConfig,
  type QueryResult,
} from 'pg';
import { SqlError, type FailureKind, type Row, type SqlValue } from '../engine.js';

/** Ids, times and counters are far below 2^53; offsets are cast to text by their statements. */
const types = new TypeOverrides();
types.setTypeParser(parsers.builtins.INT8, Number);
types.setTypeParser(parsers.builtins.NUMERIC, Number);

/** A server that does not answer within this is taken for gone. Longer than every statement timeout. */
const ANSWER_WITHIN_MS = 20_000;
const CONNECT_WITHIN_MS = 5_000;

/** Settings of a session by name. */
export type Settings = Readonly<Record<string, string | number>>;

/**
 * The settings go with the start of the session and not as statements: behind a pooler that gives each transaction
 * another connection, what a `SET` leaves behind would be another session's.
 */
export function clientOptions(url: string, settings: Settings = {}): ClientConfig {
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  return {
    connectionString: url,
    ...(options.length === 0 ? {} : { options: options.join(' ') }),
    application_name: 'ponte-outbox',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
    types,
  };
}

/**
 * Every statement finds its rows by an index, one after the other. Scans and joins over whole tables are
 * priced out, because the server keeps plans from a time when the tables were nearly empty and a scan looked
 * cheap (measured with 128 callers: 2,700 accepts/s against 15,800). Pages are priced at nothing, so that the
 * plan with the fewest rows wins: otherwise the oldest pending rows are looked for along the primary key,
 * over all the sent rows before them, as soon as a third of the rows are pending.
 */
export const PLAN_SETTINGS: Settings = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  seq_page_cost: 0,
  random_page_cost: 0,
  jit: 'off',
};

/** Runs a statement that the server keeps parsed under a name of its own. */
export async function runNamed(
  client: { query(config: QueryConfig): Promise<QueryResult> },
  sql: string,
  params: readonly SqlValue[],
): Promise<readonly Row[]> {
  try {
    const result = await client.query({ name: nameOf(sql), text: sql, values: [...params] });
    return result.rows as readonly Row[];
  } catch (error) {
    throw new SqlError(kindOf(error), error);
  }
}

const names = new Map<string, string>();

function nameOf(sql: string): string {
  const known = names.get(sql);
  if (known !== undefined) return known;
  const name = createHash('sha256').update(sql).digest('hex').slice(0, 32);
  names.set(sql, name);
  return name;
}

/** SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONFLICTS = new Set(['23505', '40001', '40P01']);
const FULL = new Set(['53100']);
/** Connection errors, shutdowns, locks in vain, and transactions that the server ended because nobody spoke. */
const LOST = /^(08...|57P0[1-5]|25P0[34]|53300|55P03)$/;

export function kindOf(error: unknown): FailureKind {
  // Without a SQLSTATE it is the client's or the network's word.
  if (!(error instanceof DatabaseError) || error.code === undefined) return 'lost';
  if (CONFLICTS.has(error.code)) return 'conflict';
  if (FULL.has(error.code)) return 'full';
  return LOST.test(error.code) ? 'lost' : 'operation';
}
