import { isAscii, isUtf8 } from 'node:buffer';
import { ProblemError } from '../problem/index.js';

export interface DecodedText {
  /** UTF-8. */
  readonly bytes: Buffer;
  /** Whether the bytes were converted and are no longer those of the request. */
  readonly transcoded: boolean;
}

/**
 * What windows-1252 has at 0x80 to 0x9f, where ISO-8859-1 has no letters; `null`: not assigned, kept as it is
 * (WHATWG Encoding). Node 20's own TextDecoder reads windows-1252 as ISO-8859-1 and would make a control
 * character of every euro sign and dash.
 */
// prettier-ignore
const HIGH_CONTROLS: readonly (number | null)[] = [
  0x20ac, null, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, null, 0x017d, null,
  null, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, null, 0x017e, 0x0178,
];

/**
 * The body as UTF-8. ERPs in Brazil post windows-1252, declared or not; a letter must never become U+FFFD.
 * ISO-8859-1 is read as windows-1252, as browsers do: it differs only where ISO-8859-1 has no letters.
 * @throws ProblemError `unsupported_charset`, `invalid_utf8`.
 */
export function decodeText(
  body: Buffer,
  contentType: string | undefined,
  invalidUtf8: 'windows-1252' | 'reject',
): DecodedText {
  const charset = charsetOf(contentType);
  if (charset === null || charset === 'utf-8' || charset === 'utf8') {
    if (isUtf8(body)) return { bytes: body, transcoded: false };
    // Also when UTF-8 is declared: a client that declares it and posts its own code page is the usual case.
    if (invalidUtf8 === 'windows-1252') return convert(body);
    throw new ProblemError('invalid_utf8', 'The body is not valid UTF-8');
  }
  if (charset === 'windows-1252' || charset === 'iso-8859-1') return convert(body);
  throw new ProblemError('unsupported_charset', 'Use utf-8, windows-1252 or iso-8859-1');
}

/** The text of bytes whose encoding nobody has declared: UTF-8 where it can be, else windows-1252. */
export function utf8Of(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : windows1252(bytes);
}

/**
 * As `decodeText`, for a body that must not grow beyond the limit either.
 * @throws ProblemError `unsupported_charset`, `invalid_utf8`, `payload_too_large`.
 */
export function decodeBody(
  body: Buffer,
  contentType: string | undefined,
  limits: { readonly invalidUtf8: 'windows-1252' | 'reject'; readonly maxBodyBytes: number },
): DecodedText {
  const decoded = decodeText(body, contentType, limits.invalidUtf8);
  if (decoded.bytes.length <= limits.maxBodyBytes) return decoded;
  throw new ProblemError('payload_too_large', 'As UTF-8 the body is larger than MAX_BODY_BYTES');
}

function convert(body: Buffer): DecodedText {
  if (isAscii(body)) return { bytes: body, transcoded: false };
  return { bytes: Buffer.from(windows1252(body), 'utf8'), transcoded: true };
}

function windows1252(body: Buffer): string {
  return body.toString('latin1').replaceAll(/[\u0080-\u009f]/g, (control) => {
    const letter = HIGH_CONTROLS[control.charCodeAt(0) - 0x80] ?? null;
    return letter === null ? control : String.fromCharCode(letter);
  });
}

function charsetOf(contentType: string | undefined): string | null {
  const match = /;\s*charset\s*=\s*"?([^";\s]+)"?/i.exec(contentType ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}
