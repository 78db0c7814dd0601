/**
 * Kafka's murmur2 with Kafka's seed, as Java's `Utils.murmur2`: a consumer that joins streams by key, or a
 * Java producer on the same topic, must find the same key in the same partition. Signed 32 bits.
 */
export function murmur2(data: Uint8Array): number {
  const length = data.length;
  let hash = 0x9747b28c ^ length;
  const words = length >> 2;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let word = 0; word < words; word++) {
    let k = Math.imul(view.getInt32(word * 4, true), 0x5bd1e995);
    k ^= k >>> 24;
    k = Math.imul(k, 0x5bd1e995);
    hash = Math.imul(hash, 0x5bd1e995) ^ k;
  }
  const tail = length & ~3;
  const rest = length & 3;
  if (rest === 3) hash ^= view.getUint8(tail + 2) << 16;
  if (rest >= 2) hash ^= view.getUint8(tail + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ view.getUint8(tail), 0x5bd1e995);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x5bd1e995);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a record: by its key as Java's default partitioner does (an empty key is a key), at random
 * without one. Call it once a record and store the answer: a second choice could differ.
 * @param chance from 0 up to 1; decides where a record without a key goes
 */
export function partitionFor(
  key: Uint8Array | null,
  partitions: number,
  chance = Math.random(),
): number {
  if (key === null) return Math.floor(chance * partitions);
  return (murmur2(key) & 0x7fffffff) % partitions;
}
