import type { RecordHeader } from './record.js';

const LENGTH_BYTES = 4;

/**
 * A record's headers as one run of bytes: for each its name and its value, each after its length (32 bit,
 * big endian). Keeps order, repeated names and any bytes; no header is no byte.
 */
export function encodeHeaders(headers: readonly RecordHeader[]): Buffer {
  const parts: Buffer[] = [];
  for (const { name, value } of headers) {
    const nameBytes = Buffer.from(name);
    parts.push(lengthOf(nameBytes), nameBytes, lengthOf(value), value);
  }
  return Buffer.concat(parts);
}

/** The values share the memory of `bytes`. @throws RangeError when the bytes are not what `encodeHeaders` makes. */
export function decodeHeaders(bytes: Buffer): readonly RecordHeader[] {
  const headers: RecordHeader[] = [];
  let at = 0;
  /** Where the next part begins; `at` is where it ends then. */
  const next = (): number => {
    const start = at + LENGTH_BYTES;
    const end = start <= bytes.length ? start + bytes.readUInt32BE(at) : Infinity;
    if (end > bytes.length) throw new RangeError('The stored headers are cut short.');
    at = end;
    return start;
  };
  while (at < bytes.length) {
    const nameAt = next();
    const name = bytes.toString('utf8', nameAt, at);
    const valueAt = next();
    headers.push({ name, value: bytes.subarray(valueAt, at) });
  }
  return headers;
}

function lengthOf(part: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeUInt32BE(part.length);
  return bytes;
}
