/**
 * Every way in which the outbox says no. `docs/errors.md` lists them for the caller.
 * - `message_id_reused`: the same message id came with other content; nothing was stored.
 * - `not_found`: no record has this message id.
 * - `not_replayable`: the record is not a dead letter.
 * - `overloaded`: too much waits for the writer already; nothing was stored.
 * - `storage_full`: the database cannot grow; nothing was stored, the drain goes on.
 * - `storage_unavailable`: the database failed; nothing may be answered as accepted.
 * - `storage_locked`: another process owns the database.
 * - `storage_unsafe`: the database cannot keep the promise (synchronous is off, network file system, old SQLite).
 * - `lease_lost`: another instance has the slot for which the change was to be made.
 * - `storage_newer`: a later version has made of the database what this one cannot work with.
 * - `values_key_missing`: a value is encrypted with a key that was not given.
 * - `storage_corrupt`: the database failed its check at start, or the payload of a record is gone.
 */
export type OutboxErrorCode =
  | 'message_id_reused'
  | 'not_found'
  | 'not_replayable'
  | 'overloaded'
  | 'storage_full'
  | 'storage_unavailable'
  | 'storage_locked'
  | 'storage_unsafe'
  | 'lease_lost'
  | 'storage_newer'
  | 'values_key_missing'
  | 'storage_corrupt';

export class OutboxError extends Error {
  override readonly name = 'OutboxError';

  constructor(
    readonly code: OutboxErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly messageId?: string } = {},
  ) {
    super(message, { cause: options.cause });
    this.messageId = options.messageId;
  }

  /** The record that the error is about, when it is about one. */
  readonly messageId: string | undefined;

  /** Whether the same call may succeed later without anybody changing it. */
  get retryable(): boolean {
    return (
      this.code === 'overloaded' ||
      this.code === 'storage_full' ||
      this.code === 'storage_unavailable'
    );
  }
}
