import { SqlError } from './engine.js';
import { OutboxError } from './outbox.error.js';

/** What the caller may know of a failed statement: never SQL, never a driver's own error. Other errors pass. */
export function portError(error: unknown): unknown {
  if (!(error instanceof SqlError)) return error;
  return error.kind === 'full' ? full(error) : unavailable(error);
}

export function full(cause?: unknown): OutboxError {
  return new OutboxError('storage_full', 'The disk of the outbox is full.', { cause });
}

export function unavailable(cause: unknown): OutboxError {
  return new OutboxError('storage_unavailable', 'The database of the outbox failed.', { cause });
}

export function overloaded(): OutboxError {
  return new OutboxError('overloaded', 'Too many records wait to be stored.');
}

export function closed(): OutboxError {
  return new OutboxError('storage_unavailable', 'The outbox is closed.');
}
