import { AdvplSyntaxError } from './syntax-error.js';
import type { Token, Tokens } from './tokens.js';
import type { Name, Node } from './tree.js';

/** The parser's place in the tokens of one source. */
export class Cursor {
  private at = 0;

  constructor(
    readonly file: string,
    readonly source: Tokens,
  ) {}

  get token(): Token {
    return this.source.tokens[this.at]!;
  }

  get following(): Token {
    return this.source.tokens[this.at + 1] ?? this.token;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.at += 1;
    return token;
  }

  /** Whether the next tokens are names with these texts, in upper case. */
  atWords(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.source.tokens[this.at + index];
      return token?.kind === 'name' && token.text.toUpperCase() === word;
    });
  }

  takeWords(...words: readonly string[]): boolean {
    const found = this.atWords(...words);
    if (found) this.at += words.length;
    return found;
  }

  atSymbol(...symbols: readonly string[]): boolean {
    return this.token.kind === 'symbol' && symbols.includes(this.token.text);
  }

  takeSymbol(symbol: string): boolean {
    const found = this.atSymbol(symbol);
    if (found) this.at += 1;
    return found;
  }

  symbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.expected(symbol);
  }

  name(): Name {
    const { kind, text, line, column } = this.token;
    if (kind !== 'name') throw this.expected('a name');
    this.next();
    return { kind: 'name', name: text, key: variableKey(text), line, column };
  }

  endOfLine(): void {
    if (this.token.kind === 'end') return;
    if (this.token.kind !== 'newline') throw this.expected('the end of the line');
    this.next();
  }

  get place(): Node {
    const { line, column } = this.token;
    return { line, column };
  }

  expected(what: string): AdvplSyntaxError {
    const { kind, text } = this.token;
    const found = kind === 'newline' || kind === 'end' ? 'the end of the line' : text;
    return this.fault(`${what} is expected here, not ${found}`);
  }

  fault(reason: string, line = this.token.line): AdvplSyntaxError {
    return new AdvplSyntaxError(this.file, line, reason);
  }
}

/** .prw sources tell names apart by their first ten characters. */
export function variableKey(name: string): string {
  return name.toUpperCase().slice(0, 10);
}
