import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigurationFault } from './configuration.error.js';
import { TOPIC_VARIABLES, Variables } from './variables.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `LoadCredential=ponte:<folder>` of the unit puts before the name of each file. */
const CREDENTIAL = 'ponte_';

/** One way in which a variable is given; `name` is what a fault is told of. */
interface Given {
  readonly name: string;
  readonly target: string;
  /** Null: it names a file that cannot be read. */
  readonly value: string | null;
}

/** What is set, by name: by itself, as the contents of a `_FILE`, or as a credential of systemd. */
export function givenVariables(
  environment: Environment,
  faults: ConfigurationFault[],
): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const { name, target, value } of [
    ...set(environment),
    ...inFiles(environment),
    ...asCredentials(environment, faults),
  ]) {
    if (given.has(target))
      faults.push({ variable: name, reason: `must not be set together with ${target}` });
    else if (value === null)
      faults.push({ variable: name, reason: 'must name a file that can be read' });
    else given.set(target, value);
  }
  return given;
}

/** The text of a file without the line end. Null: it cannot be read. */
export function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(new Variables()));

const isOurs = (name: string): boolean =>
  KNOWN.has(name) || TOPIC_VARIABLES.some((prefix) => name.startsWith(prefix));

function set(environment: Environment): Given[] {
  return Object.entries(environment).flatMap(([name, value = '']) =>
    value !== '' && isOurs(name) && !isFile(name) ? [{ name, target: name, value }] : [],
  );
}

function inFiles(environment: Environment): Given[] {
  return Object.entries(environment).flatMap(([name, path = '']) => {
    const target = name.slice(0, -'_FILE'.length);
    return path !== '' && isFile(name) && isOurs(target)
      ? [{ name, target, value: contentOf(path) }]
      : [];
  });
}

const isFile = (name: string): boolean => name.endsWith('_FILE');

/** The files that systemd has copied for this process alone. Of a variable that is a path, the file is meant itself. */
function asCredentials(environment: Environment, faults: ConfigurationFault[]): Given[] {
  const folder = environment['CREDENTIALS_DIRECTORY'] ?? '';
  if (folder === '') return [];
  return credentialsIn(folder, faults).flatMap((file) => {
    const name = file.slice(CREDENTIAL.length);
    const path = join(folder, file);
    if (isOurs(name))
      return [{ name: file, target: name, value: name.endsWith('_PATH') ? path : contentOf(path) }];
    // In small letters it may be a file that another one names.
    if (/^[A-Z0-9_]+$/.test(name))
      faults.push({ variable: file, reason: 'is a credential, but no variable has this name' });
    return [];
  });
}

function credentialsIn(folder: string, faults: ConfigurationFault[]): string[] {
  try {
    return readdirSync(folder).filter((file) => file.startsWith(CREDENTIAL));
  } catch {
    faults.push({ variable: 'CREDENTIALS_DIRECTORY', reason: 'must be a folder that can be read' });
    return [];
  }
}
