import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, USAGE } from '../../apps/bridge/src/cli/arguments.js';
import { AUDIT_USAGE, readAuditArguments } from '../../apps/bridge/src/cli/audit-arguments.js';
import { KEYS_USAGE, readKeysArguments } from '../../apps/bridge/src/cli/keys-arguments.js';
import {
  readSubjectArguments,
  SUBJECT_USAGE,
} from '../../apps/bridge/src/cli/subject-arguments.js';
import { readTopArguments, TOP_USAGE } from '../../apps/bridge/src/cli/top-arguments.js';
import { KINDS, readOptions as readBenchOptions } from '../../bench/options.js';
import {
  readOptions as readGameDayOptions,
  USAGE as GAME_DAY_USAGE,
} from '../../dev/gameday/options.js';
import { PROJECT_ROOT } from '../../dev/project-root.js';

const text = (path: string): string => readFileSync(join(PROJECT_ROOT, path), 'utf8');

const SCRIPTS = (JSON.parse(text('package.json')) as { scripts: Record<string, string> }).scripts;
/** Of npm itself. */
const OWN = new Set(['ci', 'start', 'test']);

const PACKAGES = text('dev/packages/command.mjs');

interface Parser {
  /** @throws Error that says what is wrong. */
  readonly read: (args: readonly string[]) => unknown;
  readonly usage: string;
}

/** What takes arguments, with what reads them in the product itself. */
const PARSERS: Readonly<Record<string, Parser>> = {
  outbox: { read: readArguments, usage: USAGE },
  keys: { read: readKeysArguments, usage: KEYS_USAGE },
  audit: { read: (args) => readAuditArguments(args, Date.now()), usage: AUDIT_USAGE },
  subject: { read: readSubjectArguments, usage: SUBJECT_USAGE },
  top: { read: readTopArguments, usage: TOP_USAGE },
  bench: {
    read: readBenchOptions,
    usage: ['--quick', '--write', '--rows', ...KINDS.map((kind) => `--${kind}`)].join(' '),
  },
  gameday: { read: readGameDayOptions, usage: GAME_DAY_USAGE },
  fuzz: { read: numbers, usage: '' },
  'test:faults': { read: numbers, usage: '' },
  jest: { read: testFiles, usage: '' },
  packages: { read: oneOf(PACKAGES), usage: PACKAGES },
};

/** A command on a server, and the script of package.json whose arguments it takes; from the file itself. */
const ON_SERVER = new Set(
  /^ {2}(\w+(?: \| \w+)+)\) program=cli/m.exec(text('deploy/release/ponte'))?.[1]?.split(' | '),
);

/** Something of which the page says that more stands there: only its command and its options can be looked at. */
const LEFT_OUT = /…|</;

/** What is wrong with `npm …`, or null. */
export function faultOfNpm(words: readonly string[]): string | null {
  const [, verb = '', ...rest] = words;
  if (verb !== 'run') return OWN.has(verb) ? null : `npm ${verb} is not used here`;
  const [script = '', ...args] = rest.filter((word) => word !== '--silent' && word !== '--');
  if (SCRIPTS[script] === undefined) return `package.json has no script ${script}`;
  return faultOfArguments(script, args);
}

/** What is wrong with `ponte …`, or null. */
export function faultOfPonte(words: readonly string[]): string | null {
  const [, name = '', ...args] = words;
  if (['start', 'version'].includes(name))
    return args.length === 0 ? null : `${name} takes nothing`;
  if (!ON_SERVER.has(name)) return `deploy/release/ponte has no ${name}`;
  return faultOfArguments(name, args);
}

/** What is wrong with `install.sh …`, or null. */
export function faultOfInstaller(words: readonly string[]): string | null {
  const known = /case \$1 in\n(.+?)\n {4}\*\)/s.exec(text('deploy/systemd/install.sh'))?.[1] ?? '';
  const unknown = words
    .slice(1)
    .filter((word) => word.startsWith('-') || word === 'uninstall')
    .filter((word) => !known.includes(`${word})`));
  return unknown.length === 0 ? null : `install.sh has no ${unknown.join(', ')}`;
}

function faultOfArguments(name: string, args: readonly string[]): string | null {
  const parser = PARSERS[name];
  if (parser === undefined) return args.length === 0 ? null : `${name} takes no arguments`;
  if (args.some((arg) => LEFT_OUT.test(arg))) return faultOfMention(name, args);
  try {
    parser.read(args);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** As above of what a sentence says, which may leave out what follows, and may name several: `check | backup`. */
function faultOfMention(name: string, args: readonly string[]): string | null {
  const { usage = '' } = PARSERS[name] ?? {};
  const unknown = args.filter((arg, at) => {
    if (LEFT_OUT.test(arg)) return false;
    if (arg.startsWith('--')) return !new RegExp(`${arg}(?![\\w-])`).test(usage);
    const isCommand = at === 0 || args[at - 1] === '|';
    return isCommand && arg !== '|' && !new RegExp(`(?:^  |')${arg}\\b`, 'm').test(usage);
  });
  return unknown.length === 0 ? null : `${name} has no ${unknown.join(', ')}`;
}

/** A mention has no options, or says that it leaves something out, or names several. */
const isMention = (words: readonly string[]): boolean =>
  words.every((word) => !/^--\w/.test(word) || word === '--silent') ||
  words.some((word) => LEFT_OUT.test(word) || /[|[]/.test(word));

/** What is wrong with `npm run …` or `ponte …` within a sentence, or null. Brackets stand around what may be left out. */
export function faultOfSentence(words: readonly string[]): string | null {
  const whole = words[0] === 'npm' ? faultOfNpm(words) : faultOfPonte(words);
  if (whole === null || !isMention(words)) return whole;
  const bare = words.flatMap((word) => word.replaceAll(/[[\]]/g, ' ').trim().split(' '));
  if (bare[0] === 'ponte') {
    const [, name = '', ...args] = bare;
    if (args[0] !== '|') return ON_SERVER.has(name) ? faultOfMention(name, args) : whole;
    const unknown = [name, ...args].filter((arg) => arg !== '|' && !ON_SERVER.has(arg));
    return unknown.length === 0 ? null : `deploy/release/ponte has no ${unknown.join(', ')}`;
  }
  const [, verb, script = '', ...args] = bare.filter((word) => !/^--(?:silent)?$/.test(word));
  if (verb !== 'run' || (script !== '' && PARSERS[script] === undefined)) return whole;
  return script === '' ? null : faultOfMention(script, args);
}

function numbers(args: readonly string[]): void {
  const wrong = args.filter((arg) => !/^\d+$/.test(arg));
  if (wrong.length > 0) throw new Error(`${wrong.join(' ')} is no number`);
}

/** Jest takes the beginning of a path; `-t` names tests. */
function testFiles(args: readonly string[]): void {
  const before = args.includes('-t') ? args.slice(0, args.indexOf('-t')) : args;
  const paths = before.filter((arg) => arg.endsWith('.ts'));
  const missing = paths.filter((path) => !existsSync(join(PROJECT_ROOT, path)));
  if (missing.length > 0) throw new Error(`there is no ${missing.join(', ')}`);
}

function oneOf(source: string): (args: readonly string[]) => void {
  return ([name = '']) => {
    if (!new RegExp(`\\b${name}\\b`).test(source)) throw new Error(`there is no ${name}`);
  };
}
