/* What a place in a text is. Every look is at a few characters, so that a walk over a text stays linear. */

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A digit or a capital letter. */
export function isCapital(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90);
}

export function isWord(code: number): boolean {
  return isCapital(code) || (code >= 97 && code <= 122);
}

/** Letters of other alphabets count as those of a name. */
export function isOfAddress(code: number): boolean {
  // . _ % + -
  return (
    isWord(code) ||
    code > 127 ||
    code === 46 ||
    code === 95 ||
    code === 37 ||
    code === 43 ||
    code === 45
  );
}

/** Groups of characters, with one character between two of them that may be missing. */
export interface Layout {
  readonly sizes: readonly number[];
  readonly between: readonly string[];
  readonly isPart: (code: number) => boolean;
}

export interface Found {
  /** Without what stands between the groups. */
  readonly text: string;
  readonly end: number;
}

/** What stands at a place in this layout; null: something else, or more of the same kind follows. */
export function readLayout(text: string, start: number, layout: Layout): Found | null {
  let at = start;
  let found = '';
  for (const [group, size] of layout.sizes.entries()) {
    if (group > 0 && text[at] === layout.between[group - 1]) at += 1;
    for (const end = at + size; at < end; at++) {
      if (!layout.isPart(text.charCodeAt(at))) return null;
    }
    found += text.slice(at - size, at);
  }
  return layout.isPart(text.charCodeAt(at)) ? null : { text: found, end: at };
}

/** From `least` to `most` digits with at most two of these characters between two; null: other than that. */
export function readDigits(
  text: string,
  start: number,
  between: string,
  [least, most]: readonly [number, number],
): Found | null {
  let digits = '';
  let at = start;
  for (; digits.length < most; at++) {
    if (isDigit(text.charCodeAt(at))) digits += text[at];
    else {
      const isBetween = (place: number): boolean => between.includes(text[place] ?? '-none-');
      const digit = isBetween(at) && isBetween(at + 1) ? at + 2 : at + 1;
      if (digits === '' || !isBetween(at) || !isDigit(text.charCodeAt(digit))) break;
      at = digit - 1;
    }
  }
  return digits.length < least || isDigit(text.charCodeAt(at)) ? null : { text: digits, end: at };
}
