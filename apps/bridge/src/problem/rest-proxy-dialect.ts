import type { FastifyRequest } from 'fastify';

/** Which of the two versions of the Kafka REST Proxy's contract a caller speaks. */
export type Dialect = 'v2' | 'v3';

/** What every answer of the second version is, unless the caller asks for the first one's type. */
export const V2_TYPE = 'application/vnd.kafka.v2+json';
const V1_TYPE = 'application/vnd.kafka.v1+json';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where only the body tells it. */
    dialect?: Dialect;
  }
}

const VENDOR = /application\/vnd\.kafka[.+]/i;
/** Paths that only the second version has. */
const V2_PATHS = /^\/(?:brokers|consumers(?:\/.*)?|topics\/[^/]*\/partitions(?:\/.*)?)$/;

/** The caller's dialect by path and media types, also where no route was found; null: the bridge's own language. */
export function restProxyDialect(request: FastifyRequest): Dialect | null {
  if (request.dialect !== undefined) return request.dialect;
  const [path = ''] = request.url.split('?', 1);
  if (path === '/v3' || path.startsWith('/v3/')) return 'v3';
  const { 'content-type': sent = '', accept = '' } = request.headers;
  const vendor = VENDOR.test(sent) || VENDOR.test(accept);
  return vendor || V2_PATHS.test(path) ? 'v2' : null;
}

/** The type to answer a caller of the second version with. */
export function wantedV2Type(accept: string | undefined): string {
  const wanted = accept?.toLowerCase() ?? '';
  return wanted.includes('.v1+json') && !wanted.includes('.v2+json') ? V1_TYPE : V2_TYPE;
}
