import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { belongTogether, certificatesOf, privateKeyOf } from './certificates.js';

/** Where the bridge's own certificate stands. The files are looked at again while it runs. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  /** Empty: the key is not encrypted. */
  readonly passphrase: string;
  /** The authorities of the callers' certificates; empty: nobody is asked for one. */
  readonly clientCa: string;
}

/** PEM texts that belong together. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string;
  readonly clientCa: string | null;
}

export type TlsVariable = 'TLS_CERT_PATH' | 'TLS_KEY_PATH' | 'TLS_CLIENT_CA_PATH';

/** What is wrong with a file: which variable names it, and why. Nothing of its contents. */
export class TlsFault extends Error {
  override readonly name = 'TlsFault';

  constructor(
    readonly variable: TlsVariable,
    readonly reason: string,
  ) {
    super(`${variable} ${reason}`);
  }
}

/** @throws TlsFault. */
export function readTls(paths: TlsPaths): TlsMaterial {
  const { passphrase } = paths;
  const cert = contentOf('TLS_CERT_PATH', paths.cert);
  const key = contentOf('TLS_KEY_PATH', paths.key);
  const clientCa = paths.clientCa === '' ? null : contentOf('TLS_CLIENT_CA_PATH', paths.clientCa);
  if (certificatesOf(cert) === null) {
    throw new TlsFault('TLS_CERT_PATH', 'names a file without a certificate that can be read');
  }
  if (privateKeyOf(key, passphrase) === null) {
    throw new TlsFault(
      'TLS_KEY_PATH',
      'names a file that is no private key, or TLS_KEY_PASSPHRASE is missing or wrong',
    );
  }
  if (!belongTogether(cert, key, passphrase)) {
    throw new TlsFault('TLS_KEY_PATH', 'must name the key of the certificate in TLS_CERT_PATH');
  }
  if (clientCa !== null && certificatesOf(clientCa) === null) {
    throw new TlsFault('TLS_CLIENT_CA_PATH', 'names a file without a certificate that can be read');
  }
  const material = { cert, key, passphrase, clientCa };
  try {
    createSecureContext(contextOf(material));
  } catch (error) {
    // A key that is too short, or a digest that is too weak.
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new TlsFault('TLS_CERT_PATH', `names a certificate that TLS does not take: ${code}`);
  }
  return material;
}

/** Those of Mozilla's "intermediate" that need no parameters of their own: each with forward secrecy and AEAD. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Everything about TLS that does not change with the files. */
export function contextOf({ cert, key, passphrase, clientCa }: TlsMaterial): SecureContextOptions {
  return {
    cert,
    key,
    ...(passphrase === '' ? {} : { passphrase }),
    ...(clientCa === null ? {} : { ca: clientCa }),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    // A client that negotiates again and again costs the server more than itself (CVE-2011-1473).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}

function contentOf(variable: TlsVariable, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new TlsFault(variable, `names a file that cannot be read: ${code}`);
  }
}
