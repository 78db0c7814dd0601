import { email, personalAt, phoneAt, type Personal } from './finders.js';
import { isCapital, isDigit, isWord } from './letters.js';

/** What stands behind is left out: nobody reads so long a line, and what was not looked at must not be shown. */
const MAX_CHARS = 65_536;
const UUID =
  /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?![0-9A-Za-z])/;
const UUID_CHARS = 36;
/** Names made of hexadecimal digits, such as those of traces and hashes, are that long at least. */
const HEX_NAME_CHARS = 16;

/**
 * The text with CPF, CNPJ, NF-e access keys, e-mail addresses, Brazilian phone numbers and card numbers made unreadable.
 * JSON is a text like any other. Takes time in proportion to the text, whatever it is.
 */
export function mask(given: string): string {
  if (!/[0-9@]/.test(given)) return given;
  const text = bounded(given);
  let out = '';
  let kept = 0;
  for (const { start, end, shown } of personalIn(text)) {
    out += text.slice(kept, start) + shown;
    kept = end;
  }
  return out + text.slice(kept);
}

/** Everything personal in the text, in its order. */
export function* personalIn(text: string): Generator<Personal> {
  let kept = 0;
  for (let at = 0; at < text.length;) {
    const found = look(text, at, kept);
    if (typeof found === 'number') {
      at = found;
      continue;
    }
    yield found;
    at = kept = found.end;
  }
}

/** What is found at this place, or the next place to look at. */
function look(text: string, at: number, kept: number): Personal | number {
  const code = text.charCodeAt(at);
  if (code === AT) return email(text, at, kept) ?? at + 1;
  if (code === PLUS || code === BRACKET) return phoneAt(text, at) ?? at + 1;
  if (!isWord(code)) return at + 1;
  const before = text.charCodeAt(at - 1);
  const beginsWord = !isWord(before);
  if (beginsWord) {
    const end = endOfName(text, at);
    if (end > at) return end;
  }
  const begins = beginsWord ? isCapital(code) : isDigit(code) && !isDigit(before);
  return (begins ? personalAt(text, at) : null) ?? at + 1;
}

const AT = 64;
const PLUS = 43;
const BRACKET = 40;

/** Where a name ends that programs have given: a UUID, or hexadecimal digits; the place itself where there is none. */
function endOfName(text: string, at: number): number {
  if (text[at + 8] === '-' && UUID.test(text.slice(at, at + UUID_CHARS + 1)))
    return at + UUID_CHARS;
  let end = at;
  let letters = 0;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    const isLetter = code >= 97 && code <= 102;
    if (isLetter) letters += 1;
    else if (!isDigit(code)) break;
  }
  const isName = letters >= 2 && end - at >= HEX_NAME_CHARS && !isWord(text.charCodeAt(end));
  return isName ? end : at;
}

/** Not in the middle of a number, of which the rest would not be known for what it is. */
function bounded(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  const cut = text.slice(0, MAX_CHARS).replace(/[^\s,;"]{1,80}$/, '');
  return `${cut}… (${text.length - cut.length} characters left out)`;
}
