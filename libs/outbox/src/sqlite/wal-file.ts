import type { FileHandle } from 'node:fs/promises';

/*
 * The format of SQLite's write-ahead log: https://www.sqlite.org/fileformat2.html#walformat
 */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Its last bit says in which byte order the checksums are taken. */
const MAGIC = 0x377f0682;

type Checksum = readonly [number, number];

/** What a log holds that was committed. */
export interface LoggedPages {
  readonly pageBytes: number;
  /** Where in the log the last committed content of each page begins, by page number. */
  readonly places: ReadonlyMap<number, number>;
}

/** Reads a log up to its last commit, as SQLite does after a crash; what comes behind it never happened. */
export async function readLog(log: FileHandle): Promise<LoggedPages> {
  const nothing = { pageBytes: 0, places: new Map<number, number>() };
  const header = await read(log, 0, HEADER_BYTES);
  if (header === null || (header.readUInt32BE(0) | 1) !== (MAGIC | 1)) return nothing;
  const bigEndian = header.readUInt32BE(0) !== MAGIC;
  const pageBytes = header.readUInt32BE(8);
  const salts = header.subarray(16, 24);
  let sum = checksum(header.subarray(0, 24), [0, 0], bigEndian);
  if (!isSum(header, 24, sum)) return nothing;

  const places = new Map<number, number>();
  const open = new Map<number, number>();
  let pages = 0;
  for (let at = HEADER_BYTES; ; at += FRAME_HEADER_BYTES + pageBytes) {
    const frame = await read(log, at, FRAME_HEADER_BYTES + pageBytes);
    if (frame === null || !frame.subarray(8, 16).equals(salts)) break;
    sum = checksum(frame.subarray(0, 8), sum, bigEndian);
    sum = checksum(frame.subarray(FRAME_HEADER_BYTES), sum, bigEndian);
    if (!isSum(frame, 16, sum)) break;
    open.set(frame.readUInt32BE(0), at + FRAME_HEADER_BYTES);
    const pagesAfterCommit = frame.readUInt32BE(4);
    if (pagesAfterCommit === 0) continue;
    pages = pagesAfterCommit;
    for (const [page, place] of open) places.set(page, place);
    open.clear();
  }
  for (const page of places.keys()) if (page > pages) places.delete(page);
  return { pageBytes, places };
}

/** Whether everything that was committed in the log stands in the database, too. */
export async function isInDatabase(log: FileHandle, database: FileHandle): Promise<boolean> {
  const { pageBytes, places } = await readLog(log);
  for (const [page, place] of places) {
    const logged = await read(log, place, pageBytes);
    const stored = await read(database, (page - 1) * pageBytes, pageBytes);
    if (logged === null || stored === null || !logged.equals(stored)) return false;
  }
  return true;
}

/** Null where the file ends before. */
async function read(file: FileHandle, from: number, length: number): Promise<Buffer | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return bytesRead === length ? buffer : null;
}

function isSum(bytes: Buffer, at: number, [first, second]: Checksum): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}

function checksum(bytes: Buffer, [first, second]: Checksum, bigEndian: boolean): Checksum {
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    const x = bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const y = bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    a = (a + x + b) >>> 0;
    b = (b + y + a) >>> 0;
  }
  return [a, b];
}
