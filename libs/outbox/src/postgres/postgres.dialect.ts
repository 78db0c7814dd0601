import type { Dialect } from '../engine.js';

export const postgresDialect: Dialect = {
  engine: 'postgres',
  isShared: true,
  rows(parameter, columns) {
    const fields = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `json_to_recordset(${parameter}::json) AS e(${fields.join(', ')})`;
  },
  // An array made once, so that the planner takes it as keys of an index scan.
  among: (parameter, type) =>
    `= ANY(ARRAY(SELECT e::${type} FROM json_array_elements_text(${parameter}::json) AS e))`,
  // Not what the sequence has given: an id whose row is not committed yet would be passed over for ever.
  lastId: 'SELECT COALESCE(MAX(id), 0) AS id FROM record',
  forRemoval: ' FOR UPDATE SKIP LOCKED',
};
