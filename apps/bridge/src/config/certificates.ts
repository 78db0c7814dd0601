import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/*
 * What is in PEM text. It is looked at when the configuration is read: TLS itself would find out with the first
 * connection only, in words of OpenSSL.
 */

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of the text, in order; null when there is none, or one that cannot be read. */
export function certificatesOf(pem: string): readonly X509Certificate[] | null {
  try {
    const found = (pem.match(CERTIFICATE) ?? []).map((one) => new X509Certificate(one));
    return found.length === 0 ? null : found;
  } catch {
    return null;
  }
}

/** The private key of the text; null when it cannot be read, or not with this passphrase. */
export function privateKeyOf(pem: string, passphrase: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, ...(passphrase === '' ? {} : { passphrase }) });
  } catch {
    return null;
  }
}

/** Whether the key is that of the first certificate. False where one of them cannot be read. */
export function belongTogether(cert: string, key: string, passphrase: string): boolean {
  const [own] = certificatesOf(cert) ?? [];
  const found = privateKeyOf(key, passphrase);
  return own !== undefined && found !== null && own.checkPrivateKey(found);
}
