import { gunzip, type Gunzip } from 'node:zlib';
import { ProblemError } from '../problem/index.js';

/** How a body is packed; null: in a way that is not known here. */
export function codingOf(contentEncoding: string | undefined): 'identity' | 'gzip' | null {
  const name = contentEncoding?.trim().toLowerCase() ?? 'identity';
  // RFC 9110 has x-gzip for another name of gzip.
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  return name === 'identity' || name === '' ? 'identity' : null;
}

/**
 * Unpacks a body of gzip, and stops as soon as it is larger than it may be: a few kilobytes can hold gigabytes.
 * @param maxBytes of what comes out.
 * @throws ProblemError `bad_encoding`, `payload_too_large`.
 */
export function unpack(packed: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { maxOutputLength: maxBytes, info: true };
    gunzip(packed, options, (error, result) => {
      if (error !== null) {
        reject(problemOf(error));
        return;
      }
      // With `info` it is not the Buffer that Node's types have.
      const { buffer, engine } = result as unknown as { buffer: Buffer; engine: Gunzip };
      if (engine.bytesWritten === packed.length) resolve(buffer);
      else reject(new ProblemError('bad_encoding', 'Something follows the gzip stream'));
    });
  });
}

function problemOf(error: NodeJS.ErrnoException): ProblemError {
  return error.code === 'ERR_BUFFER_TOO_LARGE'
    ? new ProblemError('payload_too_large', 'Unpacked the body is larger than MAX_BODY_BYTES')
    : new ProblemError('bad_encoding', 'The body is not a whole gzip stream', { cause: error });
}
