import * as fc from 'fast-check';
import { SEAL_BYTES, ValueCipher, type RecordName } from './value-cipher.js';
import { parseValueKeys } from './value-keys.js';

const key = (fill: number): Buffer => Buffer.alloc(32, fill);
const OLD = { id: 'old', key: key(1) };
const NEW = { id: 'new', key: key(2) };
const NF_1 = { tenant: 'norte', messageId: 'nf-1' };

describe('a value that is encrypted', () => {
  const cipher = new ValueCipher([NEW, OLD]);

  it('comes back as it was, and does not stand in what is stored', () => {
    const values = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.string(), fc.string(), values, (tenant, messageId, value) => {
        const record = { tenant, messageId };
        const { bytes, keyId } = cipher.seal(record, value);
        expect([keyId, bytes?.length]).toEqual(['new', value.length + SEAL_BYTES]);
        expect(cipher.open(record, 'new', bytes ?? value).equals(value)).toBe(true);
        expect(value.length > 8 && bytes?.includes(value) === true).toBe(false);
        expect(cipher.seal(record, value).bytes?.equals(bytes ?? value)).toBe(false);
      }),
    );
    expect(cipher.seal(NF_1, null)).toEqual({ bytes: null, keyId: null });
  });

  it('belongs to its record and its key, and to nothing that was changed', () => {
    const { bytes } = cipher.seal(NF_1, Buffer.from('value'));
    const sealed = bytes ?? Buffer.alloc(0);
    const corrupt = { code: 'storage_corrupt', messageId: expect.any(String) as string };
    const opening = (record: RecordName, id: string, what: Buffer) => () =>
      cipher.open(record, id, what);
    expect(opening({ tenant: 'norte', messageId: 'nf-2' }, 'new', sealed)).toThrow(
      expect.objectContaining(corrupt),
    );
    expect(opening(NF_1, 'old', sealed)).toThrow(expect.objectContaining(corrupt));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(opening(NF_1, 'new', changed)).toThrow(expect.objectContaining(corrupt));
    }
    for (const length of [0, 5, 12, 27]) {
      const cut = sealed.subarray(0, length);
      expect(opening(NF_1, 'new', cut)).toThrow(expect.objectContaining(corrupt));
    }
    const missing = expect.objectContaining({ code: 'values_key_missing' }) as Error;
    expect(opening(NF_1, 'third', sealed)).toThrow(missing);
  });

  it.each([
    ['sul', 'nf-1'],
    ['', 'nf-1'],
    ['', 'nortenf-1'],
    ['nort', 'enf-1'],
    ['norten', 'f-1'],
    ['nortenf-1', ''],
  ])('belongs to its tenant: %j has nothing of it by the message id %j', (tenant, messageId) => {
    const { bytes } = cipher.seal(NF_1, Buffer.from('value'));
    const opening = (): Buffer =>
      cipher.open({ tenant, messageId }, 'new', bytes ?? Buffer.alloc(0));
    expect(opening).toThrow(expect.objectContaining({ code: 'storage_corrupt', messageId }));
  });

  it('with an old key is read by whoever has it beside the new one', () => {
    const { bytes } = new ValueCipher([OLD]).seal(NF_1, Buffer.from('value'));
    expect(cipher.open(NF_1, 'old', bytes ?? Buffer.alloc(0)).toString()).toBe('value');
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
