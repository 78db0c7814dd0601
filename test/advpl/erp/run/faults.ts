/** Where a thread is. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** What `ErrorBlock` is told of, and `Break` in it brings to `Recover`. */
export class RunTimeError extends Error {
  place: Place | null = null;

  constructor(readonly reason: string) {
    super(reason);
    this.name = 'RunTimeError';
  }

  /** Keeps the first place: the innermost one. */
  at(place: Place): this {
    if (this.place === null) {
      this.place = place;
      this.message = `${place.file}:${place.line}: ${this.reason}`;
    }
    return this;
  }
}

/**
 * What ends the thread whatever its sources do about errors: what the ERP does not survive, and defects that a compiler or a first run would
 * show, such as a function that nobody defines. Without that, a `Begin Sequence` that is there for the unforeseen would hide them.
 */
export class FatalError extends RunTimeError {
  override readonly name = 'FatalError';
}

/** `Break(x)`, on its way to the innermost `Begin Sequence`. */
export class BreakSignal {
  constructor(readonly value: unknown) {}
}

/** A test has killed the thread: nothing of it runs any more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}
