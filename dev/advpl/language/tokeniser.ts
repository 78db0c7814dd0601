import { constantsOf } from './headers.js';
import { AdvplSyntaxError } from './syntax-error.js';
import type { Comment, Token, TokenKind, Tokens } from './tokens.js';

const BLANK = /[ \t\r]+/y;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const CONTINUATION = /;[ \t\r]*(?:\/\/[^\n]*|\/\*[^\n]*?\*\/[ \t\r]*)?\n/y;
const DIRECTIVE = /#[ \t]*([a-z]+)[ \t]*([^\n]*)/iy;
const LOGICAL = /\.(?:t|f|and|or|not)\./iy;
const NUMBER = /\d+(?:\.\d+)?/y;
const NAME = /[a-z_]\w*/iy;
const STRING = /"[^"\n]*"|'[^'\n]*'/y;
const SYMBOL = /:=|\+=|-=|\*=|\/=|\+\+|--|==|!=|<>|<=|>=|->|\*\*|[()[\]{},:@+\-*/%!#=<>$|]/y;
const DEFINE = /^(\w+)(?:[ \t]+(.*?))?[ \t\r]*(?:\/\/.*)?$/;
const INCLUDE = /^["']([^"']+)["']/;

/**
 * The text of one source, a character for each byte of the file, as tokens. It does the preprocessor's work as well: joins lines that end
 * with `;`, and puts the literals of `#Define` and of the include files in the place of their names.
 *
 * @throws {AdvplSyntaxError} at text that is no token of the subset
 */
export function tokenise(file: string, text: string): Tokens {
  return new Tokeniser(file, text).all();
}

class Tokeniser {
  private readonly tokens: Token[] = [];
  private readonly comments: Comment[] = [];
  private readonly includes: string[] = [];
  private readonly defines = new Map<string, Token>();
  private readonly constants = new Map<string, Token>();
  private at = 0;
  private line = 1;
  private lineStart = 0;

  constructor(
    private readonly file: string,
    private readonly text: string,
  ) {}

  all(): Tokens {
    while (this.at < this.text.length) this.next();
    this.newline();
    this.push('end', '');
    const { tokens, comments, includes, defines } = this;
    return { tokens, comments, includes, defines };
  }

  private next(): void {
    if (this.take(BLANK) !== undefined) return;
    const comment = this.take(COMMENT);
    if (comment !== undefined) {
      this.countLines(comment);
      this.comments.push({ text: comment.replace(/^\/[/*]|\*\/$/g, '').trim(), line: this.line });
      return;
    }
    if (this.text[this.at] === '\n') {
      this.newline();
      this.at += 1;
      this.countLine();
      return;
    }
    if (this.text[this.at] === ';') return this.continuation();
    if (this.text[this.at] === '#' && this.atLineStart()) return this.directive();
    this.token();
  }

  private token(): void {
    const column = this.at - this.lineStart + 1;
    const logical = this.take(LOGICAL);
    if (logical !== undefined) {
      const lower = logical.toLowerCase();
      const value = lower === '.t.' || lower === '.f.';
      return this.push(value ? 'logical' : 'symbol', lower, column);
    }
    const number = this.take(NUMBER);
    if (number !== undefined) return this.push('number', number, column);
    const name = this.take(NAME);
    if (name !== undefined) {
      const literal = this.defines.get(name) ?? this.constants.get(name);
      return this.push(literal?.kind ?? 'name', literal?.text ?? name, column);
    }
    const string = this.take(STRING);
    if (string !== undefined) return this.push('string', string.slice(1, -1), column);
    const symbol = this.take(SYMBOL);
    if (symbol !== undefined) return this.push('symbol', symbol, column);
    const found = this.text[this.at]!;
    throw this.fault(
      found === '"' || found === "'"
        ? 'a string that does not end on its line'
        : `${found} is not in the subset`,
    );
  }

  private continuation(): void {
    const text = this.take(CONTINUATION);
    if (text === undefined) throw this.fault('; stands only at the end of a line that goes on');
    this.countLine();
  }

  private directive(): void {
    const column = this.at - this.lineStart + 1;
    DIRECTIVE.lastIndex = this.at;
    const [, word, rest] = DIRECTIVE.exec(this.text) ?? [];
    this.take(DIRECTIVE);
    const name = word?.toLowerCase();
    if (name === 'include') return this.include(rest!);
    if (name === 'define') return this.define(rest!, column);
    throw this.fault(`#${word ?? ''} is not in the subset`);
  }

  private include(rest: string): void {
    const header = INCLUDE.exec(rest)?.[1];
    const constants = header === undefined ? undefined : constantsOf(header);
    if (constants === undefined) throw this.fault(`include file ${rest.trim()} is not known`);
    this.includes.push(header!);
    for (const [name, value] of Object.entries(constants)) {
      const kind = typeof value === 'number' ? 'number' : 'string';
      this.constants.set(name, { kind, text: String(value), line: 0, column: 0 });
    }
  }

  private define(rest: string, column: number): void {
    const [, name, value] = DEFINE.exec(rest) ?? [];
    if (name === undefined) throw this.fault('#Define takes a name and a literal');
    const { tokens } = tokenise(this.file, value ?? '');
    const literal = tokens[0]!;
    const literals: readonly TokenKind[] = ['number', 'string', 'logical'];
    if (!literals.includes(literal.kind) || tokens[1]?.kind !== 'newline')
      throw this.fault('#Define takes one literal');
    this.defines.set(name, { ...literal, line: this.line, column });
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private push(kind: TokenKind, text: string, column = 1): void {
    this.tokens.push({ kind, text, line: this.line, column });
  }

  /** One token for any number of empty lines. */
  private newline(): void {
    const last = this.tokens.at(-1);
    if (last !== undefined && last.kind !== 'newline') this.push('newline', '');
  }

  private countLine(): void {
    this.line += 1;
    this.lineStart = this.at;
  }

  private countLines(comment: string): void {
    this.line += comment.split('\n').length - 1;
    const last = comment.lastIndexOf('\n');
    if (last !== -1) this.lineStart = this.at - comment.length + last + 1;
  }

  private atLineStart(): boolean {
    return this.text.slice(this.lineStart, this.at).trim() === '';
  }

  private fault(reason: string): AdvplSyntaxError {
    return new AdvplSyntaxError(this.file, this.line, reason);
  }
}
