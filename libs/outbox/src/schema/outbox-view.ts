import type { QueryRunner } from 'typeorm';

/**
 * Nobody reads a payload who does not ask for one, nor more of them than he is given: a join would be counted over by
 * SQLite, and PostgreSQL would sort whole values before it takes the newest ten.
 */
const VALUE = '(SELECT p."value" FROM "payload" p WHERE p.record_id = r.id) AS "value"';

/**
 * On PostgreSQL one could write through a view of one table, and a record that was deleted so would leave its payload
 * behind. Through a join one cannot; the planner takes this one away.
 */
const FROM = { sqlite: '"record" r', postgres: '"record" r CROSS JOIN (SELECT 1) AS "unwritable"' };

/**
 * Makes the view `outbox`: what users query, on either engine. A migration that changes a column drops it before and
 * makes it again after.
 * @param names those of the columns, `value` among them, one after the other; a new one goes to the end.
 */
export async function makeOutboxView(runner: QueryRunner, names: string): Promise<void> {
  const from = runner.connection.options.type === 'sqlite' ? FROM.sqlite : FROM.postgres;
  const columns = names.split(' ').map((name) => (name === 'value' ? VALUE : `r."${name}"`));
  await runner.query(`CREATE VIEW "outbox" AS SELECT ${columns.join(', ')} FROM ${from}`);
}

export async function dropOutboxView(runner: QueryRunner): Promise<void> {
  await runner.query('DROP VIEW "outbox"');
}
