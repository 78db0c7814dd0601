import type { ValueKey, ValueKeys } from './value-cipher.js';

const LINE = /^([A-Za-z0-9._-]{1,64})\s*:\s*([A-Za-z0-9+/]{43}=)$/;
const KEY_BYTES = 32;

/**
 * Reads a file of keys: a line for each, `id:key`, the key as base64 of 32 bytes; the first one encrypts. Empty lines, and
 * those that begin with #, say nothing.
 * @throws Error that says what is wrong with it, without quoting it.
 */
export function parseValueKeys(text: string): ValueKeys {
  const keys: ValueKey[] = [];
  for (const [index, line] of text
    .split('\n')
    .map((one) => one.trim())
    .entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [, id, base64 = ''] = LINE.exec(line) ?? [];
    const key = Buffer.from(base64, 'base64');
    if (id === undefined || key.length !== KEY_BYTES) {
      throw new Error(`line ${index + 1} is not id:key with a key of 32 bytes in base64`);
    }
    if (keys.some((one) => one.id === id))
      throw new Error(`the id of line ${index + 1} stands twice`);
    keys.push({ id, key });
  }
  const [first, ...others] = keys;
  if (first === undefined) throw new Error('it has no key');
  return [first, ...others];
}
