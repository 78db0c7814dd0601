/** How many lanes there are. Changing it would move keys to other lanes while they have open records. */
export const LANES = 64;

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

function fnv1a(hash: number, bytes: Uint8Array): number {
  let state = hash;
  for (const byte of bytes) state = Math.imul(state ^ byte, PRIME);
  return state;
}

/**
 * The lane of a record: FNV-1a (32 bit) over topic and key, modulo 64. A record without a key has no order
 * to keep, so its message id spreads it. The topic's bytes end with a zero, so that no topic and key can be
 * read as another pair. Stored with the record: the same key must always meet the same lane.
 */
export function laneOf(topic: string, key: Buffer | null, messageId: string): number {
  const ofTopic = Math.imul(fnv1a(OFFSET_BASIS, Buffer.from(topic)), PRIME);
  return (fnv1a(ofTopic, key ?? Buffer.from(messageId)) >>> 0) % LANES;
}
