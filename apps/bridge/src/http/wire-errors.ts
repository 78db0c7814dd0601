import { randomUUID } from 'node:crypto';
import { METHODS, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemBody, problemHeaders, ProblemError } from '../problem/index.js';

const LINGER_MS = 1_000;

/** An error of Node's parser or of its clock. */
export interface WireError extends Error {
  readonly code?: string | undefined;
  /** A Buffer where Node's parser has failed. */
  readonly rawPacket?: unknown;
}

/** The methods that a request's target can be asked with. */
type MethodsOf = (target: string) => readonly string[];

const LINE_MAX = 9_000;
/** Method and target. */
const REQUEST_LINE = /^([A-Za-z][A-Za-z-]{0,30}) (\/\S{0,8000}) HTTP\/1\.[01]\r\n/;

/** The refusal of what Node's parser could not take for a request. */
export function wireProblem({ code, rawPacket }: WireError, methodsOf: MethodsOf): ProblemError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError('request_timeout', 'The request did not come whole in time');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError('headers_too_large', 'The headers are larger than 16 KiB');
  }
  const target = code === 'HPE_INVALID_METHOD' ? unknownMethodsTarget(rawPacket) : null;
  return target === null
    ? new ProblemError('bad_request_framing', 'This is not well-formed HTTP')
    : noSuchRoute(methodsOf(target));
}

/** Null where it is no request line, or where the bytes begin with a request that was read well. */
function unknownMethodsTarget(rawPacket: unknown): string | null {
  if (!Buffer.isBuffer(rawPacket)) return null;
  const line = REQUEST_LINE.exec(rawPacket.toString('latin1', 0, LINE_MAX));
  return METHODS.includes(line?.[1] ?? '') ? null : (line?.[2] ?? null);
}

/** @param allow the methods that the path can be asked with; none: there is no such path. */
export function noSuchRoute(allow: readonly string[]): ProblemError {
  return allow.length === 0
    ? new ProblemError('not_found', 'No such route')
    : new ProblemError('method_not_allowed', `Use ${allow.join(', ')}`, { allow });
}

/** Answers on the bare socket and closes it: after such an error nothing on it can be trusted. */
export function answerOnSocket(problem: ProblemError, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  const headers = {
    ...problemHeaders(problem),
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
  };
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ].join('\r\n');
  endSocket(socket, `${head}\r\n\r\n${body}`);
}

export function endSocket(socket: Duplex, last = ''): void {
  socket.end(last);
  // Closed at once, with bytes of the client unread, the answer could be lost on its way.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
