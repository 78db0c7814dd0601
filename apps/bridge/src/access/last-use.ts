import { readFileSync } from 'node:fs';
import { writeWhole } from './whole-file.js';

/** Key ids with the moment of their last use (ISO 8601), beside the file of the keys. */
export type LastUse = Readonly<Record<string, string>>;

const pathOf = (keys: string): string => `${keys}.used`;

/** Nothing where nothing was noted, or where it cannot be read: it is for people only. */
export function readLastUse(keys: string): LastUse {
  try {
    const read: unknown = JSON.parse(readFileSync(pathOf(keys), 'utf8'));
    return typeof read === 'object' && read !== null ? (read as LastUse) : {};
  } catch {
    return {};
  }
}

/** @throws Error when the folder cannot be written to. */
export function writeLastUse(keys: string, used: LastUse): void {
  writeWhole(pathOf(keys), `${JSON.stringify(used, null, 2)}\n`);
}
