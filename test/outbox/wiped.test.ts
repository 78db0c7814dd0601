import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OutboxStore } from '@bridge/outbox';
import { Opened, temporaryFolder } from './engines.js';
import { accepted, buried, invoice, sent } from './records.js';

const NAMES = ['', '-wal', '-shm', '.log'];
const SOON = 3_600_000;

describe('what is removed from an SQLite outbox', () => {
  const opened = new Opened();
  let folder: string;
  let file: string;
  let store: OutboxStore;

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder, 'outbox.db');
    store = await opened.open(`sqlite:${file}`);
  });
  afterEach(async () => {
    await opened.closeAll();
    await rm(folder, { recursive: true, force: true });
  });

  /** Which of the files of the outbox have this text in their bytes. */
  async function filesWith(text: string): Promise<string[]> {
    const found: string[] = [];
    for (const name of NAMES) {
      const bytes = await readFile(file + name).catch(() => Buffer.alloc(0));
      if (bytes.includes(text)) found.push(name);
    }
    return found;
  }

  const personal = (n: number) => ({
    key: Buffer.from(`chave-${n}-pessoal`),
    value: Buffer.from(`valor-${n}-pessoal-${'x'.repeat(n * 3_000)}-fim-${n}-pessoal`),
    headers: [{ name: 'dono', value: Buffer.from(`dono-${n}-pessoal`) }],
  });
  const texts = [1, 2, 3].flatMap((n) =>
    ['chave', 'valor', 'fim', 'dono'].map((what) => `${what}-${n}-pessoal`),
  );

  async function expectWiped(): Promise<void> {
    await store.checkpoint();
    for (const text of texts) expect([text, await filesWith(text)]).toEqual([text, []]);
  }

  it.each(['of its age', 'of the age of its topic'])(
    'when it is %s, is not in the bytes of the file, nor of its log, after the checkpoint',
    async (how) => {
      const records = [1, 2, 3].map((n) => invoice(`nf-${n}`, personal(n)));
      const rows = await accepted(store, ...records, invoice('stays'));
      await sent(store, rows.slice(0, 3));
      await store.checkpoint();
      expect((await filesWith('fim-3-pessoal')).length).toBeGreaterThan(0);
      const before = Date.now() + SOON;
      const ages = { idsBefore: 0, deadLettersBefore: 0 };
      const byTopic = [{ topic: 'notas', sentBefore: before, deadLettersBefore: 0 }];
      const all = how === 'of its age' ? { sentBefore: before } : { sentBefore: 0, byTopic };
      expect(await store.purge({ ...ages, ...all }, 100)).toBe(3);
      await expectWiped();
      expect(await filesWith('"documento":"stays"')).toEqual(['']);
    },
  );

  it('and is discarded, is not in them either', async () => {
    const records = [1, 2, 3].map((n) => invoice(`nf-${n}`, personal(n)));
    await buried(store, ...(await accepted(store, ...records)));
    for (const { messageId } of records) await store.discard(messageId, { actor: 'maria' });
    await expectWiped();
  });
});
