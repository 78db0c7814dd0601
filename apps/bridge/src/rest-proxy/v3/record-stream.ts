import type { BodyPieces } from '../../http/index.js';
import type { AnswerLines } from './answer-lines.js';
import { JsonObjects } from './json-objects.js';

export interface StreamLimits {
  /** Of one record. */
  readonly maxBytes: number;
  /** From the first byte of a record to its last. */
  readonly recordMs: number;
  readonly totalMs: number;
}

export interface StreamSteps {
  /** Called before the first record is taken. */
  open(): void;
  /**
   * Takes one record in.
   * @param release to be called, once or more often, when its bytes are not needed any more.
   * @returns its answer, which never rejects. @throws ProblemError where the stream cannot go on.
   */
  take(object: Buffer, index: number, release: () => void): Promise<{ answer: Promise<object> }>;
}

/**
 * Takes the records of a stream one after the other, as long as it lasts. While it waits for the next record it
 * holds no memory of the budget.
 * @returns how many there were.
 * @throws ProblemError at what ends the stream before its time; what was taken by then stays taken.
 */
export async function readRecords(
  pieces: BodyPieces,
  lines: AnswerLines,
  limits: StreamLimits,
  steps: StreamSteps,
): Promise<number> {
  const objects = new JsonObjects(limits.maxBytes);
  const endAt = performance.now() + limits.totalMs;
  let begunAt: number | null = null;
  let taking = 0;
  let count = 0;
  const settle = (): void => pieces.holdOnly(objects.pending + taking);
  for (;;) {
    const now = performance.now();
    begunAt = objects.pending === 0 ? null : (begunAt ?? now);
    const recordEndAt = begunAt === null ? endAt : begunAt + limits.recordMs;
    const piece = await pieces.next(Math.min(endAt, recordEndAt) - now);
    if (piece === null) break;
    for (const object of objects.of(piece)) {
      begunAt = null;
      if (count === 0) steps.open();
      taking += object.length;
      await lines.room();
      const { answer } = await steps.take(
        object,
        count,
        once(() => {
          taking -= object.length;
          settle();
        }),
      );
      count++;
      lines.add(answer);
    }
    settle();
  }
  objects.end();
  return count;
}

function once(run: () => void): () => void {
  let ran = false;
  return () => {
    if (!ran) run();
    ran = true;
  };
}
