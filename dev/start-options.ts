import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from './project-root.js';

/** Node's options of `npm start`: whoever else starts the bridge gives it the same. */
export async function startOptions(): Promise<readonly string[]> {
  const text = await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(text) as { readonly scripts: { readonly start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
