import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problemBody, problemHeaders, ProblemError } from '../problem/index.js';

/** The refusal of what Node's parser could not take for a request. */
export function wireProblem(code: string | undefined): ProblemError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError('request_timeout', 'The request did not come whole in time');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError('headers_too_large', 'The headers are larger than 16 KiB');
  }
  return new ProblemError('bad_request_framing', 'This is not well-formed HTTP');
}

/** Answers on the bare socket and closes it: after a framing error nothing on it can be trusted. */
export function answerOnSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = wireProblem(error.code);
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
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

/** `Expect: 100-continue` with a body that would be refused: said before the body is sent. */
export function answerTooLarge(request: IncomingMessage, response: ServerResponse): void {
  const problem = new ProblemError('payload_too_large', 'The body is larger than MAX_BODY_BYTES');
  const body = JSON.stringify(problemBody(problem, randomUUID()));
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(problem.status, { ...problemHeaders(problem), ...length });
  response.end(body);
  request.resume();
}
