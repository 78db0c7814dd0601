// oxlint-disable-next-line import/no-unassigned-import -- what makes the certificates needs it.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** PEM texts. */
export interface Certified {
  readonly cert: string;
  /** PKCS 8, not encrypted. */
  readonly key: string;
}

export interface Wanted {
  /** The common name. */
  readonly name: string;
  /** For a server: the host names and addresses that it answers to. For a client: none. */
  readonly hosts?: readonly string[];
  /** For a client: other names. */
  readonly names?: readonly { readonly type: 'dns' | 'url'; readonly value: string }[];
  /** Absent: for servers where it has hosts, else for clients. */
  readonly usage?: 'server' | 'client' | 'none';
  /** Ended yesterday. */
  readonly expired?: boolean;
}

/** A certificate authority that lives as long as the test. */
export class Authority {
  private serial = 0;

  private constructor(
    private readonly name: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    /** PEM. */
    readonly cert: string,
  ) {}

  static async create(name: string): Promise<Authority> {
    const keys = await makeKeys();
    const cert = await X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: `CN=${name}`,
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: new Date(Date.now() + DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new Authority(name, keys, cert.toString('pem'));
  }

  async issue(wanted: Wanted): Promise<Certified> {
    const { name, expired = false } = wanted;
    const keys = await makeKeys();
    const cert = await X509CertificateGenerator.create({
      serialNumber: (++this.serial + 1).toString(16).padStart(4, '0'),
      subject: `CN=${name}`,
      issuer: `CN=${this.name}`,
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: new Date(Date.now() + (expired ? -DAY_MS : DAY_MS)),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: extensionsFor(wanted),
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { cert: cert.toString('pem'), key: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
  }
}

function extensionsFor({ hosts = [], names: others = [], usage }: Wanted): Extension[] {
  const { serverAuth, clientAuth } = ExtendedKeyUsage;
  const isServer = usage === undefined ? hosts.length > 0 : usage === 'server';
  const own = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const);
  const names = [...own, ...others];
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    ...(usage === 'none'
      ? []
      : [new ExtendedKeyUsageExtension([isServer ? serverAuth : clientAuth])]),
    ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
  ];
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}
