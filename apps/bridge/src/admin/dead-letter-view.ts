import { isUtf8 } from 'node:buffer';
import type { Attempt, DeadLetter, RecordState } from '@bridge/outbox';
import { mask } from '../privacy/index.js';
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

/** A dead letter. Its contents are shown only to whoever has the right to reveal them, and says why. */
export interface DeadLetterView extends RecordView {
  readonly failed_at: string;
  /** Whether it is in the dead letter topic. */
  readonly published: boolean;
  /** Bytes of the value; null for a tombstone. */
  readonly value_bytes: number | null;
  readonly headers: readonly HeaderView[];
  /** Only when it is revealed. */
  readonly value?: ContentView | null;
  readonly attempts: readonly AttemptView[];
}

/** Bytes as text where they are text. */
export interface ContentView {
  readonly encoding: 'utf-8' | 'base64';
  readonly data: string;
}

interface HeaderView {
  readonly name: string;
  readonly value_bytes: number;
  /** Only when it is revealed. */
  readonly value?: ContentView;
}

export function deadLetterView(
  state: RecordState,
  letter: DeadLetter,
  attempts: readonly Attempt[],
  isRevealed: boolean,
): DeadLetterView {
  const { value, headers } = letter;
  return {
    ...recordView(state, isRevealed),
    failed_at: time(letter.failedAt),
    published: letter.published,
    value_bytes: value === null ? null : value.length,
    ...(isRevealed ? { value: value === null ? null : contentView(value) } : {}),
    headers: headers.map((one) => ({
      name: isRevealed ? one.name : mask(one.name),
      value_bytes: one.value.length,
      ...(isRevealed ? { value: contentView(one.value) } : {}),
    })),
    attempts: attempts.map(attemptView),
  };
}

function contentView(bytes: Buffer): ContentView {
  return isUtf8(bytes)
    ? { encoding: 'utf-8', data: bytes.toString('utf8') }
    : { encoding: 'base64', data: bytes.toString('base64') };
}
