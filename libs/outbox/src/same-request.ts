const HASH_BYTES = 32;

/**
 * Whether a request has the content that a message id is known for. What is known may be several hashes, one
 * after the other: of a record that was found in Kafka and not in the outbox, the request cannot be told
 * exactly (who demanded a partition or gave a timestamp looks there like who did not), so each way in which it
 * can have been posted is the same request.
 */
export function isSameRequest(known: Buffer, requestHash: Buffer): boolean {
  if (known.equals(requestHash)) return true;
  for (let at = 0; at + HASH_BYTES <= known.length; at += HASH_BYTES) {
    if (known.subarray(at, at + HASH_BYTES).equals(requestHash)) return true;
  }
  return false;
}
