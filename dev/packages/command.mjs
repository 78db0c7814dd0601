// `npm run packages -- review | diff <git ref> | licences | sbom`: what the lock file holds, and what has changed in it.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../command.mjs';
import { changesBetween, faultsOf, licenceList, productionSbom } from './review.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const lock = () => JSON.parse(read('package-lock.json'));
const [command, ref] = process.argv.slice(2);

switch (command) {
  case 'review': {
    const faults = faultsOf(lock(), JSON.parse(read('package.json')));
    console.log(faults.join('\n') || 'Nothing is wrong with package-lock.json.');
    process.exitCode = faults.length > 0 ? 1 : 0;
    break;
  }
  case 'diff': {
    console.log(
      changesBetween(lockAt(ref ?? 'HEAD'), lock()).join('\n') || 'No package has changed.',
    );
    break;
  }
  case 'licences': {
    const path = 'docs/licences.md';
    const [head] = read(path).split('\n| --- | --- | --- |\n');
    writeFileSync(join(root, path), `${head}\n| --- | --- | --- |\n${licenceList(lock())}\n`);
    break;
  }
  case 'sbom':
    console.log(
      JSON.stringify(
        productionSbom(wholeSbom(), lock(), JSON.parse(read('package.json'))),
        null,
        2,
      ),
    );
    break;
  default:
    console.error('npm run packages -- review | diff <git ref> | licences | sbom');
    process.exitCode = 64;
}

function lockAt(commit) {
  // Told apart from options: a ref cannot begin with a dash.
  if (commit.startsWith('-')) throw new Error(`${commit} is no commit`);
  return JSON.parse(output('git', ['show', `${commit}:package-lock.json`]));
}

function wholeSbom() {
  return JSON.parse(output('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']));
}

function output(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}
