import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problem/index.js';

/** Far below the 2,000 above which Node drops headers without a word. */
const MAX_HEADERS = 200;
/** Node keeps the first of two of these and drops the other; which one was meant cannot be known. */
const ONCE: ReadonlySet<string> = new Set(['content-type', 'authorization']);

/**
 * What is wrong with the form of a request that Node's parser has let through, or null. Two readers of one
 * connection, such as a proxy and the bridge, must not see different requests in it.
 */
export function faultOfForm(request: IncomingMessage): ProblemError | null {
  const { rawHeaders, httpVersion, url = '' } = request;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('Only HTTP/1.1 and 1.0');
  if (rawHeaders.length > 2 * MAX_HEADERS) {
    return new ProblemError('headers_too_large', `More than ${MAX_HEADERS} headers`);
  }
  return faultOfHost(request) ?? faultOfCoding(request) ?? faultOfDoubles(rawHeaders) ?? hash(url);
}

function faultOfHost({ httpVersion, rawHeaders }: IncomingMessage): ProblemError | null {
  const hosts = timesOf('host', rawHeaders);
  if (hosts > 1) return malformed('Host stands twice');
  return hosts === 0 && httpVersion === '1.1' ? malformed('Host is missing') : null;
}

/** Node finds an unknown coding out only after the headers have gone to the handler. */
function faultOfCoding({ httpVersion, headers }: IncomingMessage): ProblemError | null {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return null;
  if (coding.toLowerCase() === 'chunked' && httpVersion === '1.1') return null;
  return malformed('Transfer-Encoding can only be chunked, and only in HTTP/1.1');
}

function faultOfDoubles(rawHeaders: readonly string[]): ProblemError | null {
  for (const name of ONCE) {
    if (timesOf(name, rawHeaders) > 1) {
      return new ProblemError('duplicate_header', `The header ${name} stands twice`);
    }
  }
  return null;
}

/** The router would take what follows a hash for a query, a proxy for a part of the path. */
function hash(url: string): ProblemError | null {
  return url.includes('#') ? new ProblemError('invalid_url', 'The path has a fragment') : null;
}

function timesOf(name: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length;
}

function malformed(detail: string): ProblemError {
  return new ProblemError('bad_request_framing', detail);
}
