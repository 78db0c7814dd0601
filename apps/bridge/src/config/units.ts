const SIZE = /^(\d{1,15})\s*(B|KiB|MiB|GiB|TiB)?$/;
const SIZE_UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const DURATION = /^(\d{1,12})\s*(ms|s|m|h|d)?$/;
const DURATION_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `8 MiB`, `64KiB` or plain bytes; null when it is none of them. */
export function parseSize(text: string): number | null {
  return parse(text, SIZE, SIZE_UNITS, 'B');
}

/** `7d`, `12h`, `30m`, `45s`, `300ms` or plain milliseconds; null when it is none of them. */
export function parseDuration(text: string): number | null {
  return parse(text, DURATION, DURATION_UNITS, 'ms');
}

/** `5 %` of the disk, or a size. */
export function parseFreeDisk(
  text: string,
): { readonly percent: number } | { readonly bytes: number } | null {
  const percent = /^(\d{1,2}(?:\.\d+)?)\s*%$/.exec(text)?.[1];
  if (percent !== undefined) return { percent: Number(percent) };
  const bytes = parseSize(text);
  return bytes === null ? null : { bytes };
}

/** A JSON pointer (RFC 6901) as its tokens, for example `/data/chave`; null when it is none. */
export function parsePointer(text: string): readonly string[] | null {
  if (!/^(?:\/(?:[^/~]|~[01])*)+$/.test(text)) return null;
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The way to a claim of a token: its name, or a JSON pointer where it begins with a slash. Null when it is neither. */
export function parseClaim(text: string): readonly string[] | null {
  if (text.startsWith('/')) return parsePointer(text);
  return text === '' ? null : [text];
}

function parse<Unit extends string>(
  text: string,
  form: RegExp,
  units: Readonly<Record<Unit, number>>,
  plain: Unit,
): number | null {
  const match = form.exec(text);
  if (match === null) return null;
  const value = Number(match[1]) * units[(match[2] as Unit | undefined) ?? plain];
  return Number.isSafeInteger(value) ? value : null;
}
