import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { sqliteFile } from '../support/sqlite-file.js';

const PAGE = 4096;

/** Writes noise over whole pages of a file, counted from 1 as SQLite does. */
export async function destroyPages(file: string, pages: readonly number[]): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    for (const page of pages) await handle.write(randomBytes(PAGE), 0, PAGE, (page - 1) * PAGE);
  } finally {
    await handle.close();
  }
}

/** Turns one byte of the first place where the file holds this text. */
export async function turnByteOf(file: string, text: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const at = (await handle.readFile()).indexOf(text);
    if (at < 0) throw new Error(`The file does not hold ${text}.`);
    const [byte = 0] = Buffer.from(text);
    await handle.write(Buffer.from([byte ^ 1]), 0, 1, at);
  } finally {
    await handle.close();
  }
}

/** The root page of a table. */
export async function rootPageOf(file: string, table: string): Promise<number> {
  const [row] = await sqliteFile(
    file,
    `SELECT rootpage FROM sqlite_master WHERE name = '${table}'`,
  );
  return row?.['rootpage'] as number;
}

/** The leaf pages of tables that hold this text. */
export async function leafPagesWith(file: string, text: string): Promise<number[]> {
  const TABLE_LEAF = 13;
  const handle = await open(file, 'r');
  try {
    const bytes = await handle.readFile();
    const pages = Array.from({ length: bytes.length / PAGE }, (_, index) => index);
    return pages
      .filter((index) => bytes[index * PAGE] === TABLE_LEAF)
      .filter((index) => bytes.subarray(index * PAGE, (index + 1) * PAGE).includes(text))
      .map((index) => index + 1);
  } finally {
    await handle.close();
  }
}
