import type { SqlValue } from './engine.js';
import type { RecordFilter, Sight } from './outbox.store.js';

/** Parameters in the order in which their placeholders first appear. */
export class Parameters {
  readonly values: SqlValue[] = [];

  /** @returns the placeholder. */
  add(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/**
 * The conditions of a filter, each over a column named here; values go as parameters only. `from` and `to`
 * mean the burial for dead letters and the creation for everything else.
 */
export function conditions(filter: RecordFilter, parameters: Parameters): readonly string[] {
  const moment = filter.status === 'dlq' ? 'failed_at' : 'created_at';
  const found: string[] = [];
  // The status is spelled out, so that the planner sees that a partial index fits.
  if (filter.status !== undefined) found.push(`status = '${STATUS[filter.status]}'`);
  if (filter.topic !== undefined) found.push(`topic = ${parameters.add(filter.topic)}`);
  if (filter.tenant !== undefined) found.push(`tenant = ${parameters.add(filter.tenant)}`);
  if (filter.topics !== undefined) found.push(isOneOf(filter.topics, parameters));
  if (filter.key !== undefined) found.push(`"key" = ${parameters.add(filter.key)}`);
  if (filter.code !== undefined) found.push(`last_error_code = ${parameters.add(filter.code)}`);
  if (filter.from !== undefined) found.push(`${moment} >= ${parameters.add(filter.from)}`);
  if (filter.to !== undefined) found.push(`${moment} <= ${parameters.add(filter.to)}`);
  return found;
}

/** Ends a WHERE: the record of this message id that is in sight. */
export function namedIn(messageId: string, sight: Sight, parameters: Parameters): string {
  const named = `message_id = ${parameters.add(messageId)}`;
  const { topic, topics, tenant } = sight;
  const seen = conditions(
    {
      ...(topic === undefined ? {} : { topic }),
      ...(topics === undefined ? {} : { topics }),
      ...(tenant === undefined ? {} : { tenant }),
    },
    parameters,
  );
  return `${[named, ...seen].join(' AND ')} ORDER BY tenant LIMIT 1`;
}

function isOneOf(patterns: readonly string[], parameters: Parameters): string {
  const each = patterns.map((pattern) => {
    if (!pattern.endsWith('*')) return `topic = ${parameters.add(pattern)}`;
    const beginning = pattern.slice(0, -1);
    return `substr(topic, 1, ${beginning.length}) = ${parameters.add(beginning)}`;
  });
  return each.length === 0 ? '1 = 0' : `(${each.join(' OR ')})`;
}

const STATUS = { pending: 'pending', failed: 'failed', sent: 'sent', dlq: 'dlq' } as const;

/** A cursor names the store that made it: one of another outbox would show a page that means nothing. */
export function cursorAfter(outboxId: string, id: number): string {
  return Buffer.from(`${outboxId}:${id}`).toString('base64url');
}

/** @throws RangeError when this store did not make the cursor. */
export function idOfCursor(outboxId: string, cursor: string): number {
  const [store, id] = Buffer.from(cursor, 'base64url').toString().split(':');
  const position = Number(id);
  if (cursor !== cursorAfter(outboxId, position) || store !== outboxId || position < 1) {
    throw new RangeError('The cursor was not made by this outbox.');
  }
  return position;
}
