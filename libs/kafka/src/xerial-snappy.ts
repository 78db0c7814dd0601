/** What Java's snappy stream begins with: its name, its version, and the oldest version that can read it. */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER = Buffer.concat([MAGIC, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])]);
const LENGTH_BYTES = 4;

/** One block of snappy as the stream that Kafka's own clients write, in which each block has its length before it. */
export function toXerial(block: Buffer): Buffer {
  const length = Buffer.allocUnsafe(LENGTH_BYTES);
  length.writeInt32BE(block.length);
  return Buffer.concat([HEADER, length, block]);
}

/**
 * The blocks of such a stream, in order. Anything else is one block: there are producers that write it alone.
 * @throws Error when a block is not all there.
 */
export function blocksOf(stream: Buffer): Buffer[] {
  if (!stream.subarray(0, MAGIC.length).equals(MAGIC)) return [stream];
  const blocks: Buffer[] = [];
  for (let at = HEADER.length; at < stream.length;) {
    const from = at + LENGTH_BYTES;
    const length = from <= stream.length ? stream.readInt32BE(at) : -1;
    at = from + length;
    if (length < 0 || at > stream.length) throw new Error('A snappy stream ends within a block.');
    blocks.push(stream.subarray(from, at));
  }
  return blocks;
}
