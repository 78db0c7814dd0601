import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Source } from './project.js';

/** All .prw files below a folder, a character for each byte, by their paths from the root. */
export function sourcesBelow(root: string, folder: string): readonly Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.prw$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({
      file: relative(root, path).replaceAll('\\', '/'),
      text: readFileSync(path, 'latin1'),
    }));
}
