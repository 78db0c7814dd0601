import { SqlError, type Row, type SqlValue } from '../engine.js';
import type { CommittedAtOnce, RelayStep } from '../relay-step.js';
import type { Additions } from '../staged.js';
import { ARRIVING, boundRecords, KNOWN } from './arriving.js';
import { BATCHES, boundSteps, NOT_AS_BELIEVED, SETTLING } from './relaying.js';

/** Skipped where there is nothing of it: a lone record has its commit to itself, and statements about nothing cost it 12 µs. */
const doing = (what: string, given: string, statements: readonly string[]): string =>
  `CREATE TEMP TRIGGER at_once_${what} INSTEAD OF INSERT ON at_once WHEN NEW.${given} IS NOT NULL` +
  ` BEGIN ${statements.join('; ')}; END`;

/**
 * A statement that changes every table that has to do with a commit is a transaction by itself: one way to the
 * database and back for a whole group of POSTs and steps of the relay. As a transaction of statements a POST took six
 * and a batch that is closed eight, each waiting for a main thread that reads the next POSTs meanwhile.
 *
 * Temporary: they are the writing connection's alone, and no part of the schema.
 */
export const AT_ONCE = [
  'CREATE TEMP VIEW at_once AS SELECT NULL AS rows, NULL AS contents, NULL AS subjects, NULL AS counters,' +
    ' NULL AS sent, NULL AS steps, NULL AS now',
  doing('arriving', 'rows', ARRIVING),
  doing('settling', 'sent', SETTLING),
  doing('batches', 'steps', BATCHES),
];

/** An empty list is no value. */
const listed = (parameter: string): string => `nullif(${parameter}, '[]')`;

/** Also for records alone that are a part of a transaction. */
export const COMMIT_AT_ONCE =
  `INSERT INTO at_once SELECT jsonb(${listed('$1')}), $2, $3, $4, jsonb(${listed('$5')}), ${listed('$6')}, $7 RETURNING` +
  ' (SELECT json_group_object(name, "value") FROM counter) AS counters,' +
  ' (SELECT json_group_object(name, batch_number) FROM pipeline) AS batch_numbers';

/** The values of `COMMIT_AT_ONCE`, of records that have their ids. */
export function bound(additions: Additions, steps: readonly RelayStep[]): readonly SqlValue[] {
  return [...boundRecords(additions), ...boundSteps(steps), additions.now];
}

export function committed(row: Row | undefined): CommittedAtOnce {
  return {
    counters: JSON.parse(row?.['counters'] as string) as CommittedAtOnce['counters'],
    batchNumbers: JSON.parse(row?.['batch_numbers'] as string) as CommittedAtOnce['batchNumbers'],
  };
}

/** Whether the statement changed nothing because something is not as usual. */
export function isUnusual(error: unknown): boolean {
  if (!(error instanceof SqlError) || error.kind !== 'operation') return false;
  return error.message.includes(KNOWN) || error.message.includes(NOT_AS_BELIEVED);
}
