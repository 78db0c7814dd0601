import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { faultOfCurl } from './curl.js';
import { faultOfInstaller, faultOfNpm, faultOfPonte } from './project-commands.js';

type Check = (words: readonly string[]) => string | null;

const isThere = (path: string): boolean => existsSync(join(PROJECT_ROOT, path));

/** Programs whose words can be held against the project. */
const CHECKED: Readonly<Record<string, Check>> = {
  npm: faultOfNpm,
  ponte: faultOfPonte,
  curl: faultOfCurl,
  'install.sh': faultOfInstaller,
  node: ([, ...args]) => missing(args.filter((arg) => arg.endsWith('.js')).map(sourceOf)),
  cp: ([, from = '']) => missing([from]),
  docker: faultOfDocker,
  systemctl: faultOfSystemctl,
  journalctl: (words) => (/(?:-u |--unit=)ponte\b/.test(words.join(' ')) ? null : 'not of ponte'),
  promtool: (words) => missing(words.filter((word) => word.includes('/'))),
  prometheus: (words) =>
    missing(words.flatMap((word) => /^--config\.file=(.+)$/.exec(word)?.slice(1) ?? [])),
};

/** Programs of the system, of Kafka and of shells: that there are such is all that is known of them here. */
const OTHERS = new Set(
  [
    'chmod date df du echo free fuser head install jq ls openssl ps sed sort sqlite3 ss tail tar uptime',
    // docs/kafka-acls.md, whose lines test/kafka/secured runs as they stand there.
    'kafka-acls.sh kafka-topics.sh $ALLOW',
  ].flatMap((names) => names.split(' ')),
);

const SERVICE_VERBS = new Set(['edit', 'enable', 'kill', 'restart', 'start', 'status', 'stop']);

/** The commands of a line, which `|`, `&&` and `;` divide, each without what sets variables before it. */
export function simpleCommands(words: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [[]];
  for (const word of words) {
    if (['|', '||', '&&', ';'].includes(word)) found.push([]);
    else found.at(-1)?.push(word.replace(/^[A-Z_]+=\$\(/, '').replace(/^\$\(/, ''));
  }
  return found
    .map((command) => command.slice(command.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter(([first]) => first !== undefined && !/^[A-Z_]+=/.test(first));
}

/** What is wrong with a line that somebody is to type, or null. */
export function faultOfLine(words: readonly string[]): string | null {
  for (const command of simpleCommands(words)) {
    const program = command[0]?.replace(/^.*\//, '') ?? '';
    const check = Object.hasOwn(CHECKED, program) ? CHECKED[program] : undefined;
    if (check === undefined && !OTHERS.has(program)) return `${program} is not a known program`;
    const fault = check?.(command) ?? null;
    if (fault !== null) return fault;
  }
  return null;
}

function missing(paths: readonly string[]): string | null {
  const gone = paths.filter((path) => !isThere(path));
  return gone.length === 0 ? null : `there is no ${gone.join(', ')}`;
}

/** What a built file was built of. */
function sourceOf(path: string): string {
  return path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
}

function faultOfDocker([, compose, , file = '', verb, ...rest]: readonly string[]): string | null {
  if (compose !== 'compose') return 'docker is used as docker compose -f FILE';
  if (!isThere(file)) return `there is no ${file}`;
  if (verb !== 'exec') return verb === 'up' ? null : `docker compose ${verb} is not used here`;
  const [service = '', program = '', ...args] = rest;
  const services = readFileSync(join(PROJECT_ROOT, file), 'utf8');
  if (!new RegExp(`^  ${service}:$`, 'm').test(services)) return `${file} has no ${service}`;
  return program.endsWith('/ponte') ? faultOfPonte(['ponte', ...args]) : null;
}

function faultOfSystemctl(words: readonly string[]): string | null {
  const [verb = '', ...rest] = words.slice(1);
  if (!SERVICE_VERBS.has(verb)) return `systemctl ${verb} is not used here`;
  return missing([`deploy/systemd/${rest.at(-1)}.service`]);
}
