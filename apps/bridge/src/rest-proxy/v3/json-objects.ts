import { ProblemError } from '../../problem/index.js';

const LEAST = 1_024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
/** `{` and `[`, `}` and `]` differ by this bit only. */
const BRACKET_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const WHITE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Cuts a stream of bytes into the JSON objects that stand in it one after the other, with or without white space
 * between them. Looks at nothing but where each ends; whether it is JSON the reader of the object finds out.
 * Memory: the object that has begun.
 */
export class JsonObjects {
  /** Grows by doubling: a client that sends byte by byte must not cost an object for each. */
  private buffer = Buffer.alloc(0);
  private held = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;

  /** @param maxBytes of one object. */
  constructor(private readonly maxBytes: number) {}

  /** Bytes of the object that has begun and not ended; 0 between two. */
  get pending(): number {
    return this.held;
  }

  /**
   * The objects that end in this piece.
   * @throws ProblemError `invalid_json` where something else than an object begins, `payload_too_large`; what stood
   * before it in the piece has been yielded then.
   */
  *of(piece: Buffer): Generator<Buffer> {
    let start = this.held > 0 ? 0 : -1;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] as number;
      if (this.depth === 0) {
        if (WHITE.has(byte)) continue;
        if (byte !== OPEN_OBJECT) {
          throw new ProblemError('invalid_json', 'A JSON object must begin here');
        }
        start = at;
      }
      if (!this.endsAt(byte)) continue;
      yield this.whole(piece.subarray(start, at + 1));
      start = -1;
    }
    if (start >= 0) this.hold(piece.subarray(start));
  }

  /** @throws ProblemError `invalid_json` when an object has begun that does not end. */
  end(): void {
    if (this.held > 0) throw new ProblemError('invalid_json', 'The last JSON object does not end');
  }

  /** Whether the object ends with this byte. */
  private endsAt(byte: number): boolean {
    if (this.inString) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inString = false;
      return false;
    }
    if (byte === QUOTE) this.inString = true;
    else if ((byte | BRACKET_BIT) === OPEN) this.depth++;
    else if ((byte | BRACKET_BIT) === CLOSE) this.depth--;
    return this.depth === 0 && !this.inString;
  }

  private whole(last: Buffer): Buffer {
    if (this.held === 0) return this.checked(last);
    this.hold(last);
    const object = this.buffer.subarray(0, this.held);
    this.buffer = Buffer.alloc(0);
    this.held = 0;
    return object;
  }

  private hold(piece: Buffer): void {
    const held = this.held + piece.length;
    this.checked({ length: held });
    if (held > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(held, 2 * this.buffer.length, LEAST));
      this.buffer.copy(larger, 0, 0, this.held);
      this.buffer = larger;
    }
    piece.copy(this.buffer, this.held);
    this.held = held;
  }

  private checked<T extends { readonly length: number }>(object: T): T {
    if (object.length <= this.maxBytes) return object;
    throw new ProblemError('payload_too_large', 'The record is larger than MAX_BODY_BYTES');
  }
}
