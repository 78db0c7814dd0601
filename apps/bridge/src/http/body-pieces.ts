import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problem/index.js';
import type { BodyBudget } from './body-budget.js';

const EVENTS = ['readable', 'end', 'close', 'error'] as const;

/** A request's body that is read piece by piece, with a limit for each wait, within the budget of all bodies. */
export class BodyPieces {
  private reserved = 0;
  private broken: ProblemError | null = null;
  private wake: () => void = () => undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly budget: Pick<BodyBudget, 'tryReserve' | 'release'>,
    private readonly stopping: AbortSignal,
  ) {
    for (const event of EVENTS) request.on(event, this.look);
    stopping.addEventListener('abort', this.look);
  }

  /**
   * The next piece, or null at the end of the body. Its bytes count against the budget until `holdOnly` or `end`.
   * @throws ProblemError `request_timeout` when nothing has come within `withinMs`, `client_aborted`,
   * `shutting_down`, `overloaded`, or what `break` was given.
   */
  async next(withinMs: number): Promise<Buffer | null> {
    const until = performance.now() + withinMs;
    for (;;) {
      if (this.stopping.aborted) {
        throw new ProblemError('shutting_down', 'The bridge is shutting down', { retryAfter: 5 });
      }
      const piece = this.request.read() as Buffer | null;
      if (piece !== null) return this.reserve(piece);
      if (this.request.readableEnded) return null;
      if (this.request.destroyed) {
        throw new ProblemError('client_aborted', 'The connection was closed');
      }
      if (this.broken !== null) throw this.broken;
      await this.change(until - performance.now());
    }
  }

  /** Nothing follows what has come so far. */
  break(problem: ProblemError): void {
    this.broken = problem;
    this.look();
  }

  /** Gives back what was reserved beyond these bytes. */
  holdOnly(bytes: number): void {
    const excess = Math.max(this.reserved - bytes, 0);
    this.budget.release(excess);
    this.reserved -= excess;
  }

  /** Lets go of the request; what is left of it is thrown away. */
  end(): void {
    this.holdOnly(0);
    for (const event of EVENTS) this.request.off(event, this.look);
    this.stopping.removeEventListener('abort', this.look);
    this.request.on('error', () => {
      // Nobody reads it any more.
    });
    this.request.resume();
  }

  private readonly look = (): void => this.wake();

  private reserve(piece: Buffer): Buffer {
    if (!this.budget.tryReserve(piece.length)) {
      throw new ProblemError('overloaded', 'Too many bodies are being read; post it again');
    }
    this.reserved += piece.length;
    return piece;
  }

  private change(withinMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new ProblemError('request_timeout', 'Nothing more has come in time')),
        Math.max(withinMs, 0),
      );
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
