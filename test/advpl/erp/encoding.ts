/** What windows-1252 has from 0x80 to 0x9f; it has no letter where a blank is. Node's own decoder takes it for Latin-1. */
const FROM_80 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';
const LETTERS = Array.from({ length: 256 }, (_, byte) => {
  const own = String.fromCharCode(byte);
  const letter = byte >= 0x80 && byte < 0xa0 ? FROM_80[byte - 0x80]! : own;
  return letter === ' ' ? own : letter;
});
const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]));

/** Readable text as the ERP holds it: a character for each windows-1252 byte. What the code page does not have becomes `?`. */
export function toErpText(text: string): string {
  return Array.from(text, (letter) => String.fromCharCode(BYTES.get(letter) ?? 0x3f)).join('');
}

/** The ERP's text made readable. */
export function fromErpText(text: string): string {
  return Array.from(text, (letter) => LETTERS[letter.charCodeAt(0)] ?? '?').join('');
}

/** UTF-8, a character for each byte. */
export function encodeUtf8(text: string): string {
  return Buffer.from(fromErpText(text), 'utf8').toString('latin1');
}

/** Undefined for bytes that are no UTF-8. */
export function decodeUtf8(bytes: string): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
    return toErpText(text);
  } catch {
    return undefined;
  }
}
