import type { Dialect } from '../engine.js';

export const sqliteDialect: Dialect = {
  engine: 'sqlite',
  isShared: false,
  rows(parameter, columns) {
    const fields = Object.keys(columns).map(
      (name) => `json_extract(value, '$.${name}') AS ${name}`,
    );
    return `(SELECT ${fields.join(', ')} FROM json_each(${parameter})) AS e`;
  },
  among: (parameter) => `IN (SELECT value FROM json_each(${parameter}))`,
  forRemoval: '',
  lastId: "SELECT COALESCE(MAX(seq), 0) AS id FROM sqlite_sequence WHERE name = 'record'",
};
