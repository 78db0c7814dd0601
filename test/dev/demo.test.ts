import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project-root.js';

test('the demo shows every promise that it names, and ends by itself', async () => {
  const demo = spawn(process.execPath, [join(PROJECT_ROOT, 'dist', 'dev', 'demo', 'demo.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const code = await new Promise((resolve) => {
    demo.once('close', resolve);
  });

  const summary = output.slice(output.indexOf('Summary'));
  // The whole output says at which step it ended.
  expect(summary.match(/✓/g) ?? output).toHaveLength(7);
  expect(summary).not.toContain('✗');
  expect(output).toContain('201  stored, not confirmed yet');
  expect(code).toBe(0);
}, 300_000);
