import { RunTimeError } from '../run/faults.js';

/** Whose transaction it is. */
export interface Participant {
  /** Writes what work areas still hold. */
  flush(): void;
  /** Forgets what work areas still hold. */
  drop(): void;
  /** The outermost transaction is over: locks go, and copies of rows are old. */
  released(): void;
}

/** What a thread has written since the outermost `Begin Transaction`. The rows themselves are written at once: others read them. */
export class ErpTransaction {
  private undoings: (() => void)[] = [];
  private disarmed = false;
  depth = 0;

  constructor(private readonly participant: Participant) {}

  get open(): boolean {
    return this.depth > 0;
  }

  begin(): void {
    this.depth += 1;
  }

  /** Tells how a write is taken back. */
  note(undo: () => void): void {
    if (this.open) this.undoings.push(undo);
  }

  /** DisarmTransaction(): the outermost end takes all back. */
  disarm(): void {
    if (!this.open) throw new RunTimeError('DisarmTransaction without a transaction');
    this.disarmed = true;
  }

  end(): void {
    if (!this.open) throw new RunTimeError('End Transaction without a transaction');
    if (this.depth === 1 && this.disarmed) return this.rollBack();
    if (this.depth > 1) {
      this.depth -= 1;
      return;
    }
    this.participant.flush();
    this.finish();
  }

  rollBack(): void {
    this.participant.drop();
    for (const undo of this.undoings.toReversed()) undo();
    this.finish();
  }

  private finish(): void {
    this.depth = 0;
    this.undoings = [];
    this.disarmed = false;
    this.participant.released();
  }
}
