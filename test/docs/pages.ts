import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { readPage, type Page } from './markdown.js';

/** Folders that hold what was installed, built or stored. */
const NOT_OURS = new Set(['node_modules', 'dist', 'data', '.git', 'target']);

/** Every Markdown file of the project. */
export async function allPages(): Promise<readonly Page[]> {
  const paths = await markdownIn('');
  return Promise.all(paths.map(page));
}

/** @param path from the project's folder. */
export async function page(path: string): Promise<Page> {
  return readPage(path, await readFile(join(PROJECT_ROOT, path), 'utf8'));
}

async function markdownIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(PROJECT_ROOT, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : markdownIn(path);
      return entry.name.endsWith('.md') ? [path] : [];
    }),
  );
  return found.flat().toSorted();
}
