import { open, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
]);

/**
 * The name of the network file system of this type (as in statfs(2)), or null. SQLite's write-ahead log needs
 * shared memory and locks that these do not keep.
 */
export function networkFileSystem(type: number): string | null {
  // statfs gives a signed word on some systems.
  return NETWORK.get(type >>> 0) ?? null;
}

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export async function spaceOf(folder: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Size of a database's write-ahead log. */
export async function walBytesOf(database: string): Promise<number> {
  try {
    return (await stat(`${database}-wal`)).size;
  } catch {
    return 0;
  }
}

/**
 * The room of a database's disk. What is in the write-ahead log has a claim on as much again in the database:
 * a log that could not be moved there would grow for ever, and nothing could be marked as sent.
 */
export async function spareOf(database: string): Promise<Space> {
  const { freeBytes, totalBytes } = await spaceOf(dirname(database));
  return { freeBytes: Math.max(0, freeBytes - (await walBytesOf(database))), totalBytes };
}

/** Makes the names in a folder outlive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}
