import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project-root.js';

/** Runs to the end; both streams together. */
async function run(...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, args, { cwd: PROJECT_ROOT });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return { code, output };
}

test('the benchmarks measure what they name, in short', async () => {
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  expect(await run(compiler, '-p', join('bench', 'tsconfig.json'))).toEqual({
    code: 0,
    output: '',
  });
  const { code, output } = await run(join('dist', 'bench', 'bench.js'), '--quick');
  const took = [...output.matchAll(/^ {2}(\w+) took \d+ s\.$/gm)].map(([, kind]) => kind);
  // The whole output says at which measurement it ended.
  expect(code === 0 ? took : output).toEqual(['rates', 'targets', 'open', 'sizes', 'postgres']);
  expect(output).toContain('Every answer was the expected one.');
  expect(output).not.toContain('undefined');
}, 600_000);
