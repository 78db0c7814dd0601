import { readFileSync, statSync } from 'node:fs';
import { NOBODY, parseIdentities, textOf, type Identities } from './identities.js';
import { writeWhole } from './whole-file.js';

/** Whether a file was written since: never equal for two contents. */
export type Version = string;
export const ABSENT: Version = 'absent';

/** @throws Error when it cannot be looked at. */
export function versionOf(path: string): Version {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? ABSENT : `${found.ino} ${found.mtimeNs} ${found.size}`;
}

/** Nobody where there is no file. @throws Error that says what is wrong with it. */
export function readIdentities(path: string): Identities {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOBODY;
    throw new Error(`it cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`, {
      cause: error,
    });
  }
  return parseIdentities(text);
}

/** @throws Error when the folder cannot be written to. */
export function writeIdentities(path: string, identities: Identities): void {
  writeWhole(path, textOf(identities));
}
