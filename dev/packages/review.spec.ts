import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../project-root.js';

interface Lock {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface Sbom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
    readonly hashes?: readonly { readonly alg: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
type Manifest = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Plain JavaScript, because it is asked before anything is installed. */
const { faultsOf, changesBetween, licenceList } = (await import(
  pathToFileURL(join(PROJECT_ROOT, 'dev', 'packages', 'review.mjs')).href
)) as {
  faultsOf: (lock: Lock, manifest: Manifest) => string[];
  changesBetween: (before: Lock, after: Lock) => string[];
  licenceList: (lock: Lock) => string;
};

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');
const ownLock = async () => JSON.parse(await file('package-lock.json')) as Lock;
const ownManifest = async () => JSON.parse(await file('package.json')) as Manifest;

const GOOD = { version: '1.0.0', integrity: 'sha512-abc', license: 'MIT' };
const lockOf = (one: object, path = 'node_modules/x'): Lock => ({
  packages: { '': {}, [path]: { ...GOOD, ...one } },
});

describe('the lock file', () => {
  it('holds nothing that it should not', async () => {
    expect(faultsOf(await ownLock(), await ownManifest())).toEqual([]);
  });

  it('has the licences of docs/licences.md in production (npm run packages -- licences)', async () => {
    const [, listed = ''] = (await file('docs/licences.md')).split('\n| --- | --- | --- |\n');
    expect(listed.trim()).toBe(licenceList(await ownLock()));
  });

  it('has no package that we ask for without a line in docs/dependencies.md', async () => {
    const documented = await file('docs/dependencies.md');
    const { dependencies = {}, devDependencies = {} } = await ownManifest();
    const named = Object.keys({ ...dependencies, ...devDependencies });
    expect(named.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
    const loose = Object.entries(dependencies).filter(
      ([, version]) => !/^\d/.test(String(version)),
    );
    expect(loose).toEqual([]);
  });
});

describe('what should not stand in a lock file is told', () => {
  it.each<[string, object, string]>([
    ['no integrity', { integrity: undefined }, 'has no sha512 integrity'],
    ['a weak one', { integrity: 'sha1-abc' }, 'has no sha512 integrity'],
    [
      'a place of its own',
      { resolved: 'https://evil.example/x.tgz' },
      'comes from https://evil.example/x.tgz',
    ],
    [
      'a repository',
      { resolved: 'git+ssh://git@github.com/x/x.git#1' },
      'comes from git+ssh://git@github.com/x/x.git#1',
    ],
    ['a link', { link: true }, 'is a link to a folder'],
    [
      'a script',
      { hasInstallScript: true },
      'runs a script when it is installed, and is not in allowScripts',
    ],
    ['no licence', { license: undefined }, 'has the licence none'],
    ['another licence', { license: 'AGPL-3.0-only' }, 'has the licence AGPL-3.0-only'],
    [
      'two licences at once',
      { license: '(MIT AND GPL-2.0-only)' },
      'has the licence (MIT AND GPL-2.0-only)',
    ],
    [
      'a choice within others',
      { license: 'MIT OR (GPL-2.0 AND ISC)' },
      'has the licence MIT OR (GPL-2.0 AND ISC)',
    ],
    ['the exception of another', { license: 'CC-BY-4.0' }, 'has the licence CC-BY-4.0'],
  ])('%s', (_name, changes, fault) => {
    expect(faultsOf(lockOf(changes), {})).toEqual([`x@1.0.0 ${fault}`]);
  });

  it.each<[string, object, Manifest]>([
    [
      'a script that is allowed, or forbidden by name',
      { hasInstallScript: true },
      { allowScripts: { x: false } },
    ],
    ['a choice', { license: '(GPL-2.0 OR MIT)' }, {}],
  ])('%s is in order', (_name, changes, manifest) => {
    expect(faultsOf(lockOf(changes), manifest)).toEqual([]);
  });

  it('a name in allowScripts that has become idle', () => {
    expect(faultsOf(lockOf({}), { allowScripts: { y: true } })).toEqual([
      'allowScripts names y, which runs none',
    ]);
  });

  it('one that hides within another', () => {
    const lock = lockOf({ hasInstallScript: true }, 'node_modules/a/node_modules/@b/c');
    expect(faultsOf(lock, { allowScripts: { a: true } })).toContain(
      '@b/c@1.0.0 runs a script when it is installed, and is not in allowScripts',
    );
  });
});

test('the list of materials has all that is in production, with its hashes, and nothing else', async () => {
  const command = join(PROJECT_ROOT, 'dev', 'packages', 'command.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [command, 'sbom'], {
    maxBuffer: 2 ** 26,
  });
  const { bomFormat, metadata, components, dependencies } = JSON.parse(stdout) as Sbom;
  expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'ponte']);
  const listed = components.map((one) => `| \`${one.name}\` | ${one.version} |`).toSorted();
  const rows = licenceList(await ownLock()).match(/^\|[^|]+\|[^|]+\|/gm) ?? [];
  expect(listed).toEqual([...new Set(rows)].toSorted());
  expect(components.filter(({ hashes = [] }) => hashes[0]?.alg !== 'SHA-512')).toEqual([]);
  const refs = new Set(['ponte@0.1.0', ...components.map((one) => one['bom-ref'])]);
  const named = dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  expect(named.filter((ref) => !refs.has(ref))).toEqual([]);
});

test('what has changed between two lock files is told, with what matters of it', () => {
  const before: Lock = {
    packages: {
      '': {},
      'node_modules/gone': { ...GOOD, dev: true },
      'node_modules/kept': GOOD,
      'node_modules/risen': GOOD,
      'node_modules/swapped': GOOD,
    },
  };
  const after: Lock = {
    packages: {
      '': {},
      'node_modules/come': GOOD,
      'node_modules/kept': GOOD,
      'node_modules/risen': { ...GOOD, version: '1.1.0', hasInstallScript: true },
      'node_modules/swapped': { ...GOOD, integrity: 'sha512-other' },
    },
  };
  expect(changesBetween(before, after)).toEqual([
    '+ come@1.0.0 (production, MIT)',
    '- gone@1.0.0 (development, MIT)',
    '~ risen@1.0.0 (production, MIT) -> risen@1.1.0 (production, MIT, runs a script)',
    '! swapped@1.0.0 (production, MIT): other bytes under the same version',
  ]);
  expect(changesBetween(after, after)).toEqual([]);
});
