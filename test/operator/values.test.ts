import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../apps/bridge/src/exit-codes.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { destroyPages, leafPagesWith } from './damaged-file.js';
import { outboxCommand } from './outbox-command.js';

const RECORDS = 60;
const keyLine = (id: string, fill: number): string =>
  `${id}:${Buffer.alloc(32, fill).toString('base64')}\n`;

describe('an outbox whose values are encrypted', () => {
  let folder: string;
  let file: string;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-values-'));
    file = join(folder, 'outbox.db');
    env = {
      KEYS_PATH: join(folder, 'keys.json'),
      OUTBOX_URL: `sqlite:${file}`,
      OUTBOX_BALLAST: '0',
      KAFKA_BROKERS: '127.0.0.1:1',
      CONFIRM_WAIT_MS: '0',
      VALUES_KEY_PATH: join(folder, 'values.keys'),
    };
    await writeFile(env['VALUES_KEY_PATH'] ?? '', keyLine('2026', 1));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function fill(): Promise<void> {
    const bridge = await BridgeProcess.start({ env });
    try {
      for (let n = 0; n < RECORDS; n++) {
        const response = await fetch(`${bridge.url}/topics/notas`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"key":"k","data":"segredo-${n}","message_id":"nf-${n}-${'y'.repeat(100)}"}`,
        });
        expect(response.status).toBe(201);
        await response.arrayBuffer();
      }
      await bridge.terminate();
    } finally {
      await bridge.kill();
    }
  }

  it('has them nowhere in its file; without their key no bridge starts, and says why', async () => {
    await fill();
    expect((await readFile(file)).includes('segredo-')).toBe(false);
    await writeFile(env['VALUES_KEY_PATH'] ?? '', keyLine('2027', 2));
    const bridge = await BridgeProcess.prepare({ env });
    await expect(bridge.start()).rejects.toThrow(`ended with ${EXIT.config}`);
    expect(bridge.lines.at(-1)).toBe(
      'values_key_missing: Records that are not sent yet need the key 2026, which VALUES_KEY_PATH' +
        ' does not have. Put it back into the file; nothing is delivered or lost meanwhile.',
    );
    await writeFile(env['VALUES_KEY_PATH'] ?? '', keyLine('2027', 2) + keyLine('2026', 1));
    await bridge.start();
    await bridge.terminate();
  });

  it('is backed up and recovered with them, and those that were changed are not believed', async () => {
    await fill();
    const backup = join(folder, 'backup.db');
    expect((await outboxCommand(env, 'backup', backup)).code).toBe(0);
    expect((await readFile(backup)).includes('segredo-')).toBe(false);
    await sqliteFile(
      file,
      'UPDATE payload SET value = zeroblob(length(value)) WHERE record_id = 3',
    );
    await destroyPages(file, (await leafPagesWith(file, 'nf-20-')).slice(0, 1));
    const { said } = await outboxCommand(env, 'recover');
    expect(said).toContain('1 record can be read but not believed');
    expect(said).toMatch(/nf-2-y+ \(id 3\)/);
    const rows = await sqliteFile(
      file,
      'SELECT COUNT(*) AS n FROM record JOIN payload ON id = record_id WHERE key_id IS NOT NULL',
    );
    expect(rows[0]?.['n']).toBeGreaterThan(RECORDS / 2);
    const bridge = await BridgeProcess.start({ env });
    await bridge.kill();
  });
});
