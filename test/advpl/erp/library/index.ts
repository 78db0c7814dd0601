import { FwRest } from '../classes/fw-rest.js';
import { JsonObject } from '../classes/json-object.js';
import { arrays } from './arrays.js';
import { dates } from './dates.js';
import type { Functions, LibraryFunction } from './function.js';
import { jobs } from './jobs.js';
import { messages } from './messages.js';
import { numbers } from './numbers.js';
import { parameters } from './parameters.js';
import { program } from './program.js';
import { tables } from './tables.js';
import { text } from './text.js';

const classes: Functions = {
  JsonObject: () => new JsonObject(),
  FWRest: (thread) => new FwRest(thread),
};

/** The ERP's functions by their names in upper case. */
export const library: ReadonlyMap<string, LibraryFunction> = new Map(
  [text, numbers, dates, arrays, tables, parameters, jobs, program, messages, classes].flatMap(
    (functions) =>
      Object.entries(functions).map(([name, run]) => [name.toUpperCase(), run] as const),
  ),
);

export type { LibraryFunction } from './function.js';
