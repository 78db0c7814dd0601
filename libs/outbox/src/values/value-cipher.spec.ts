import * as fc from 'fast-check';
import { SEAL_BYTES, ValueCipher } from './value-cipher.js';
import { parseValueKeys } from './value-keys.js';

const key = (fill: number): Buffer => Buffer.alloc(32, fill);
const OLD = { id: 'old', key: key(1) };
const NEW = { id: 'new', key: key(2) };

describe('a value that is encrypted', () => {
  const cipher = new ValueCipher([NEW, OLD]);

  it('comes back as it was, and does not stand in what is stored', () => {
    const values = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.string(), values, (messageId, value) => {
        const { bytes, keyId } = cipher.seal(messageId, value);
        expect([keyId, bytes?.length]).toEqual(['new', value.length + SEAL_BYTES]);
        expect(cipher.open(messageId, 'new', bytes ?? value).equals(value)).toBe(true);
        expect(value.length > 8 && bytes?.includes(value) === true).toBe(false);
        expect(cipher.seal(messageId, value).bytes?.equals(bytes ?? value)).toBe(false);
      }),
    );
    expect(cipher.seal('m', null)).toEqual({ bytes: null, keyId: null });
  });

  it('belongs to its record and its key, and to nothing that was changed', () => {
    const { bytes } = cipher.seal('nf-1', Buffer.from('value'));
    const sealed = bytes ?? Buffer.alloc(0);
    const corrupt = { code: 'storage_corrupt', messageId: expect.any(String) as string };
    const opening = (messageId: string, id: string, what: Buffer) => () =>
      cipher.open(messageId, id, what);
    expect(opening('nf-2', 'new', sealed)).toThrow(expect.objectContaining(corrupt));
    expect(opening('nf-1', 'old', sealed)).toThrow(expect.objectContaining(corrupt));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(opening('nf-1', 'new', changed)).toThrow(expect.objectContaining(corrupt));
    }
    for (const length of [0, 5, 12, 27]) {
      const cut = sealed.subarray(0, length);
      expect(opening('nf-1', 'new', cut)).toThrow(expect.objectContaining(corrupt));
    }
    const missing = expect.objectContaining({ code: 'values_key_missing' }) as Error;
    expect(opening('nf-1', 'third', sealed)).toThrow(missing);
  });

  it('with an old key is read by whoever has it beside the new one', () => {
    const { bytes } = new ValueCipher([OLD]).seal('nf-1', Buffer.from('value'));
    expect(cipher.open('nf-1', 'old', bytes ?? Buffer.alloc(0)).toString()).toBe('value');
  });
});

describe('a file of keys', () => {
  const A = key(1).toString('base64');
  const B = key(2).toString('base64');

  it('has one a line, the first one encrypts', () => {
    const text = `# of this year\r\n\n 2026-11 : ${A}\nold.1:${B}\n`;
    expect(parseValueKeys(text)).toEqual([
      { id: '2026-11', key: key(1) },
      { id: 'old.1', key: key(2) },
    ]);
  });

  it.each([
    ['', 'it has no key'],
    ['# none', 'it has no key'],
    [A, 'line 1'],
    [`a b:${A}`, 'line 1'],
    [`${'x'.repeat(65)}:${A}`, 'line 1'],
    [`a:${A}\nb:short`, 'line 2'],
    [`a:${Buffer.alloc(31).toString('base64')}`, 'line 1'],
    [`a:${A}\na:${B}`, 'line 2 stands twice'],
  ])('%j is refused, and not quoted', (text, reason) => {
    expect(() => parseValueKeys(text)).toThrow(reason);
    expect(() => parseValueKeys(text)).not.toThrow(A);
  });
});
