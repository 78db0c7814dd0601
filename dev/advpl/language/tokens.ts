export type TokenKind = 'number' | 'string' | 'logical' | 'name' | 'symbol' | 'newline' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** A name's text as it is written; a string's without its quotes; `.and.`, `.t.` and the like in lower case. */
  readonly text: string;
  /** Counted from 1, as editors do. */
  readonly line: number;
  readonly column: number;
}

export interface Comment {
  readonly text: string;
  /** Of its last line. */
  readonly line: number;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly includes: readonly string[];
  /** `#Define` of this file, by the name as it is written: the preprocessor tells upper and lower case apart. */
  readonly defines: ReadonlyMap<string, Token>;
}
