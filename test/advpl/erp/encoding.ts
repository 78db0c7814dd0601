/**
 * What windows-1252 has from 0x80 to 0x9f; those that are not assigned stay control characters. Node 20's own decoder takes the code page for
 * ISO-8859-1.
 */
const FROM_0X80 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';
const LETTERS = Array.from(
  { length: 256 },
  (_, byte) => FROM_0X80[byte - 0x80] ?? String.fromCharCode(byte),
);
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
