import type { NewRecord } from '@bridge/outbox';
import { markOf, MAX_CHARS, subjectsIn } from '../privacy/index.js';

/** The marks of those whom a record is about, by its key, its headers and its value. */
export function marksOf(
  { key, value, headers }: Pick<NewRecord, 'key' | 'value' | 'headers'>,
  secret: Buffer,
): readonly string[] {
  const texts = [key, ...headers.map((one) => one.value), value].map(
    (bytes) => bytes?.subarray(0, MAX_CHARS).toString('utf8') ?? '',
  );
  return subjectsIn(texts).map((subject) => markOf(subject, secret));
}
