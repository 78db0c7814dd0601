const UNTRUSTED = "the broker's certificate is not from an authority that is trusted here";
const REFUSED = 'the broker refuses the certificate of this client, or has got none';
const NO_COMMON_VERSION = 'the broker does not speak TLS 1.2 or 1.3';
const NOT_TLS = 'the broker does not speak TLS at this port';

/** Node's codes (https://nodejs.org/api/tls.html#x509-certificate-error-codes) and OpenSSL's for what TLS alerts say. */
const WORDS = new Map<string, string>([
  ['CERT_HAS_EXPIRED', "the broker's certificate has expired"],
  ['CERT_NOT_YET_VALID', "the broker's certificate is not valid yet"],
  ['ERR_TLS_CERT_ALTNAME_INVALID', "the broker's certificate is for another host name"],
  ['CERT_REVOKED', "the broker's certificate has been revoked"],
  ['CERT_SIGNATURE_FAILURE', UNTRUSTED],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['INVALID_CA', UNTRUSTED],
  ['CERT_UNTRUSTED', UNTRUSTED],
  ['INVALID_PURPOSE', "the broker's certificate is not one of a server"],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'the broker wants a certificate of this client'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', REFUSED],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', REFUSED],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', REFUSED],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', REFUSED],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', REFUSED],
  ['ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', REFUSED],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', REFUSED],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', NO_COMMON_VERSION],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', NO_COMMON_VERSION],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NOT_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NOT_TLS],
]);

/** Why a connection could not be made secure, in plain words with the code; null when it is about something else. */
export function tlsTrouble(code: unknown): string | null {
  if (typeof code !== 'string') return null;
  const words = WORDS.get(code) ?? (/^ERR_(?:SSL|TLS)_/.test(code) ? 'TLS failed' : null);
  return words === null ? null : `${words} (${code})`;
}
