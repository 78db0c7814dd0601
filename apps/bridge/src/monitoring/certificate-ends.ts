import { certificatesOf } from '../config/certificates.js';

/** PEM text of one of the bridge's certificates, null where it has none for that. */
export type CertificateTexts = Readonly<
  Record<'server' | 'client_ca' | 'kafka_client' | 'kafka_ca', string | null>
>;

/** When the first certificate of each text ends; a chain is worth as much as the one that ends first. Pure. */
export function certificateEnds(
  texts: CertificateTexts,
): readonly { readonly use: string; readonly notAfterSeconds: number }[] {
  return Object.entries(texts).flatMap(([use, pem]) => {
    const found = pem === null ? null : certificatesOf(pem);
    if (found === null) return [];
    const ends = found.map(({ validTo }) => Date.parse(validTo) / 1_000);
    return [{ use, notAfterSeconds: Math.min(...ends) }];
  });
}
