import type { Attempt, DeadLetter, RecordState } from '@bridge/outbox';
import {
  attemptView,
  recordView,
  time,
  type AttemptView,
  type PageView,
  type RecordView,
} from '../messages/index.js';

export interface DeadLettersView extends PageView {
  readonly counts: readonly {
    readonly topic: string;
    readonly code: string;
    readonly count: number;
  }[];
}

/** A dead letter without its contents: those are shown only to whoever has the right to reveal them. */
export interface DeadLetterView extends RecordView {
  readonly failed_at: string;
  /** Whether it is in the dead letter topic. */
  readonly published: boolean;
  /** Bytes of the value; null for a tombstone. */
  readonly value_bytes: number | null;
  readonly headers: readonly { readonly name: string; readonly value_bytes: number }[];
  readonly attempts: readonly AttemptView[];
}

export function deadLetterView(
  state: RecordState,
  letter: DeadLetter,
  attempts: readonly Attempt[],
): DeadLetterView {
  return {
    ...recordView(state),
    failed_at: time(letter.failedAt),
    published: letter.published,
    value_bytes: letter.value === null ? null : letter.value.length,
    headers: letter.headers.map(({ name, value }) => ({ name, value_bytes: value.length })),
    attempts: attempts.map(attemptView),
  };
}
