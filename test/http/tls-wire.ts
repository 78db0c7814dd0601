import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Certified } from '../support/certificates.js';
import { readAnswer, type WireAnswer } from './wire.js';

/** A connection whose handshake is done, and whose server is who the options say. @throws Error of TLS. */
export function openTls(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ...options }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** As `exchange`, over TLS. */
export async function exchangeTls(
  port: number,
  options: ConnectionOptions,
  ...parts: readonly (string | Buffer)[]
): Promise<WireAnswer> {
  const socket = await openTls(port, options);
  const answer = readAnswer(socket);
  for (const part of parts) socket.write(part);
  try {
    return await answer;
  } finally {
    socket.destroy();
  }
}

/** The files of a certificate in a folder, and the variables that name them. */
export async function tlsFiles(
  folder: string,
  { cert, key }: Certified,
): Promise<{ readonly TLS_CERT_PATH: string; readonly TLS_KEY_PATH: string }> {
  const paths = { TLS_CERT_PATH: join(folder, 'tls.crt'), TLS_KEY_PATH: join(folder, 'tls.key') };
  await writeFile(paths.TLS_CERT_PATH, cert);
  await writeFile(paths.TLS_KEY_PATH, key);
  return paths;
}
