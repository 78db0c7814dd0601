const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** What happened in a run, in order, for who wants to read it or to compare two runs. */
export class Trace {
  readonly lines: string[] = [];
  private state = OFFSET_BASIS;

  constructor(private readonly keep: boolean) {}

  note(at: number, text: string): void {
    if (!this.keep) return;
    let state = this.state ^ Math.round(at * 1_000);
    for (let index = 0; index < text.length; index++) {
      state = Math.imul(state ^ text.charCodeAt(index), PRIME);
    }
    this.state = state;
    this.lines.push(`${at.toFixed(3)} ${text}`);
  }

  get hash(): string {
    return (this.state >>> 0).toString(16);
  }
}
