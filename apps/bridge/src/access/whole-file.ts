import {
  chownSync,
  closeSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file whole or not at all, for its owner only; it is on the disk when this returns. @throws Error. */
export function writeWhole(path: string, text: string): void {
  makeFolder(dirname(path));
  const beside = `${path}.${process.pid}.new`;
  rmSync(beside, { force: true });
  const file = openSync(beside, 'wx', 0o600);
  try {
    const owner = ownerOf(path);
    if (owner !== null) fchownSync(file, owner.uid, owner.gid);
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Makes a folder and those above it, for whoever owns the one that they are made in. @throws Error. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined || !isRoot()) return;
  const owner = statSync(dirname(first));
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    chownSync(made, owner.uid, owner.gid);
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * What root writes belongs to whoever owned it before, or owns the folder: the bridge runs as somebody else, and must be
 * able to read it. Null: we are not root, and it is ours.
 */
function ownerOf(path: string): Owner | null {
  if (!isRoot()) return null;
  return statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
