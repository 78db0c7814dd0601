import type { Dialect } from '../engine.js';

export const postgresDialect: Dialect = {
  engine: 'postgres',
  rows(parameter, columns) {
    const fields = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `json_to_recordset(${parameter}::json) AS e(${fields.join(', ')})`;
  },
  // An array made once, so that the planner takes it as keys of an index scan.
  among: (parameter, type) =>
    `= ANY(ARRAY(SELECT e::${type} FROM json_array_elements_text(${parameter}::json) AS e))`,
  lastId: 'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS id FROM outbox_id_seq',
};
