/** A record of a batch, as kafkajs has it. */
export interface BatchMessage {
  readonly key?: Content;
  readonly value: Content;
  /** Epoch milliseconds, as text. */
  readonly timestamp?: string;
  readonly headers?: Readonly<Record<string, Content | readonly Content[]>>;
}

type Content = Buffer | string | null | undefined;

/** The records of one partition as Kafka's format v2 wants them, without the header of the batch. */
export interface EncodedRecords {
  readonly bytes: Buffer;
  readonly count: number;
  /** Epoch milliseconds; every record's is told as its distance from it. */
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
}

/** From the first byte of a batch to its first record. */
const HEADER_BYTES = 61;
const CRC_AT = 17;
/** What the checksum is of begins here. */
const ATTRIBUTES_AT = 21;
/** From here on the length of a batch counts. */
const LENGTH_FROM = 12;
const MAGIC = 2;
const TRANSACTIONAL = 16;

/** A header's name, which many records of a request share. */
type Names = Map<string, Buffer>;

interface Planned {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: Buffer, value: Buffer | null])[];
  readonly delta: number;
  /** Of the record without its length. */
  readonly size: number;
}

/**
 * Writes each byte once, into a buffer of the right length. kafkajs makes a growing buffer for each record, each header
 * and each number, and copies all of it three times: 28 % of what the bridge's main thread did while it drained a backlog.
 * Source: Kafka's protocol guide, "Record Batch".
 */
export function encodeRecords(messages: readonly BatchMessage[], now: number): EncodedRecords {
  const times = messages.map(({ timestamp }) =>
    timestamp === undefined ? now : Number(timestamp),
  );
  const firstTimestamp = times.reduce((a, b) => Math.min(a, b), times[0] ?? now);
  const maxTimestamp = times.reduce((a, b) => Math.max(a, b), firstTimestamp);
  const names: Names = new Map();
  const planned = messages.map((message, offset) => {
    return plan(message, offset, (times[offset] ?? now) - firstTimestamp, names);
  });
  const whole = planned.reduce((sum, { size }) => sum + sizeOfVarint(size) + size, 0);
  const bytes = Buffer.allocUnsafe(whole);
  let at = 0;
  for (const [offset, one] of planned.entries()) at = writeRecord(bytes, at, one, offset);
  return { bytes, count: messages.length, firstTimestamp, maxTimestamp };
}

export interface BatchHeader {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly isTransactional: boolean;
  /** Kafka's number for the codec that `records` are compressed by; 0: they are as they are. */
  readonly compression: number;
}

/** The batch of one partition. @param records as `encodeRecords` made them, or those bytes compressed. */
export function recordBatch(
  { count, firstTimestamp, maxTimestamp }: EncodedRecords,
  records: Buffer,
  header: BatchHeader,
  crc32c: (bytes: Buffer) => number,
): Buffer {
  const batch = Buffer.allocUnsafe(HEADER_BYTES + records.length);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LENGTH_FROM, 8);
  batch.writeInt32BE(0, LENGTH_FROM);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(
    header.compression | (header.isTransactional ? TRANSACTIONAL : 0),
    ATTRIBUTES_AT,
  );
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(firstTimestamp), 27);
  batch.writeBigInt64BE(BigInt(maxTimestamp), 35);
  batch.writeBigInt64BE(header.producerId, 43);
  batch.writeInt16BE(header.producerEpoch, 51);
  batch.writeInt32BE(header.firstSequence, 53);
  batch.writeInt32BE(count, 57);
  batch.set(records, HEADER_BYTES);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
  return batch;
}

function plan(message: BatchMessage, offset: number, delta: number, names: Names): Planned {
  const key = bytesOf(message.key);
  const value = bytesOf(message.value);
  const headers = headersOf(message.headers ?? {}, names);
  let size = 1 + sizeOfVarint(delta) + sizeOfVarint(offset) + sizeOf(key) + sizeOf(value);
  size += sizeOfVarint(headers.length);
  for (const [name, content] of headers) size += sizeOf(name) + sizeOf(content);
  return { key, value, headers, delta, size };
}

function headersOf(
  headers: Readonly<Record<string, Content | readonly Content[]>>,
  names: Names,
): Planned['headers'] {
  const list: [Buffer, Buffer | null][] = [];
  for (const name of Object.keys(headers)) {
    const known = names.get(name) ?? Buffer.from(name);
    names.set(name, known);
    const content = headers[name];
    if (Array.isArray(content)) {
      for (const one of content as readonly Content[]) list.push([known, bytesOf(one)]);
    } else list.push([known, bytesOf(content as Content)]);
  }
  return list;
}

function bytesOf(content: Content): Buffer | null {
  if (content === null || content === undefined) return null;
  return Buffer.isBuffer(content) ? content : Buffer.from(content);
}

function writeRecord(
  bytes: Buffer,
  start: number,
  { key, value, headers, delta, size }: Planned,
  offset: number,
): number {
  let at = writeVarint(bytes, start, size);
  bytes[at++] = 0;
  at = writeVarint(bytes, at, delta);
  at = writeVarint(bytes, at, offset);
  at = writeContent(bytes, at, key);
  at = writeContent(bytes, at, value);
  at = writeVarint(bytes, at, headers.length);
  for (const [name, content] of headers) {
    at = writeContent(bytes, writeContent(bytes, at, name), content);
  }
  return at;
}

function sizeOf(content: Buffer | null): number {
  return content === null ? 1 : sizeOfVarint(content.length) + content.length;
}

function writeContent(bytes: Buffer, start: number, content: Buffer | null): number {
  if (content === null) return writeVarint(bytes, start, -1);
  const at = writeVarint(bytes, start, content.length);
  bytes.set(content, at);
  return at + content.length;
}

/** Protocol Buffers' zigzag encoding: small numbers of either sign are short. Up to 2^52. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = zigzag(value); left >= 128; left = Math.floor(left / 128)) size++;
  return size;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let left = zigzag(value);
  for (; left >= 128; left = Math.floor(left / 128)) bytes[at++] = (left % 128) + 128;
  bytes[at++] = left;
  return at;
}
