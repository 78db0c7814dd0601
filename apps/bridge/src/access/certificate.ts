import type { Duplex } from 'node:stream';
import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';

/** RFC 5280, 4.2.1.12: id-kp-clientAuth. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * How the file of the keys names a certificate, each by one exact text: the common name of its subject, one of its
 * alternative names, or its fingerprint. Nothing is a pattern, and upper and lower case differ.
 */
const FORMS = [
  /^CN=[^\p{Cc}\p{Cs}]{1,64}$/u,
  /^DNS=[a-zA-Z0-9._-]{1,253}$/,
  /^URI=[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,500}$/,
  /^SHA256=[0-9a-f]{64}$/,
];

export function isCertificateName(text: string): boolean {
  return FORMS.some((form) => form.test(text));
}

/** What a person writes: a fingerprint may have colons and capitals, as tools print it. */
export function certificateName(text: string): string {
  const fingerprint = /^SHA256=([0-9A-Fa-f:]+)$/i.exec(text)?.[1];
  return fingerprint === undefined
    ? text
    : `SHA256=${fingerprint.replaceAll(':', '').toLowerCase()}`;
}

/** A client's certificate that TLS has verified. Times are epoch milliseconds. */
export interface ShownCertificate {
  readonly names: ReadonlySet<string>;
  readonly validFrom: number;
  readonly validTo: number;
}

const seen = new WeakMap<Duplex, ShownCertificate | null>();

/**
 * The certificate of a connection: verified up to an authority of TLS_CLIENT_CA_PATH, and made for clients. Null: none,
 * or one that is neither. Headers of a request say nothing of it.
 */
export function shownCertificate(socket: Duplex): ShownCertificate | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const known = seen.get(socket);
  if (known !== undefined) return known;
  const certificate = socket.getPeerX509Certificate();
  const shown = certificate === undefined ? null : ofClient(certificate);
  seen.set(socket, shown);
  return shown;
}

/** Null: it is not made for clients. OpenSSL lets those pass that do not say what they are made for. */
export function ofClient(certificate: X509Certificate): ShownCertificate | null {
  // Node calls the extended key usage so, and it is absent where there is none, against its types.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  if (usages?.includes(CLIENT_AUTH) !== true) return null;
  return {
    names: new Set(namesOf(certificate)),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  };
}

function namesOf(certificate: X509Certificate): readonly string[] {
  const { subject } = certificate.toLegacyObject();
  // Of two common names nobody can tell which one was meant.
  const commonName: unknown = subject['CN'];
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return [
    `SHA256=${fingerprint}`,
    ...(typeof commonName === 'string' ? [`CN=${commonName}`] : []),
    ...alternativeNames(certificate.subjectAltName ?? ''),
  ];
}

/** Node quotes a name that could be taken for several, and escapes its commas (CVE-2021-44532): it is not found here then. */
function alternativeNames(list: string): readonly string[] {
  return list.split(', ').flatMap((name) => {
    const [, kind, value = ''] = /^(DNS|URI):(.+)$/.exec(name) ?? [];
    return kind === undefined ? [] : [`${kind}=${value}`];
  });
}
