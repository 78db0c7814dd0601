import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { commandsIn, seen, typed } from '../../dev/server/transcript.js';

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');

describe('docs/install.md', () => {
  test('shows the three commands that the script types on a new server', async () => {
    const { version } = JSON.parse(await file('package.json')) as { readonly version: string };
    const commands = typed(`ponte-${version}-linux-x64`).map(({ command }) => command);
    expect(commands).toHaveLength(3);
    expect(commandsIn(await file('docs/install.md'), 'install')).toEqual(commands);
  });

  test('shows those that look at what was installed', async () => {
    const commands = seen().map(({ command }) => command);
    expect(commandsIn(await file('docs/install.md'), 'see')).toEqual(commands);
  });
});
