/** What the parser does not take: text that is no AdvPL, or AdvPL outside the subset of our sources. */
export class AdvplSyntaxError extends Error {
  constructor(
    readonly file: string,
    readonly line: number,
    readonly reason: string,
  ) {
    super(`${file}:${line}: ${reason}`);
    this.name = 'AdvplSyntaxError';
  }
}
