import { PROBLEMS, problemBody, ProblemError, type ProblemCode } from '../problem/index.js';
import type { Header, Response, Responses, Schema } from './openapi.types.js';
import { constant, named, object, text, whole } from './parts.js';

/** Refused before it is known what is asked for, and so in the bridge's own form whatever the language. */
export const ON_THE_WIRE: readonly ProblemCode[] = [
  'bad_request_framing',
  'headers_too_large',
  'request_timeout',
];

/** What any request can be refused with in the form of its language. */
export const ALWAYS: readonly ProblemCode[] = [
  'bad_request_framing',
  'duplicate_header',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
  'invalid_url',
  'payload_too_large',
  'unsupported_media_type',
  'bad_encoding',
  'overloaded',
];

/** What whoever shows no key, or one without the right, is refused with. */
export const CLOSED: readonly ProblemCode[] = [
  'unauthenticated',
  'too_many_failures',
  'rate_limited',
  'forbidden',
];

/** Answers to what is no operation at all, and what only the log has. */
export const OUTSIDE: readonly ProblemCode[] = ['method_not_allowed', 'client_aborted'];

export const PROBLEM_SCHEMA: Schema = {
  ...object(
    {
      type: text('`urn:ponte:problem:` and the code.'),
      title: text(),
      status: whole(),
      code: { type: 'string', enum: Object.keys(PROBLEMS), description: 'Stable.' },
      detail: { type: 'string', maxLength: 120 },
      request_id: { type: 'string', format: 'uuid' },
      success: constant(false),
      error_code: whole('The status again.'),
      error: text('The detail again.'),
    },
    {
      message_id: text('The record that the refusal is about.'),
      record_index: whole('The place, from 0, of the record in a list.'),
    },
  ),
  examples: [
    problemBody(
      new ProblemError('invalid_key', 'key must be a string'),
      '0b6c0c1e-8f0e-4d6e-9d5f-0d6a5a8c7f11',
    ),
  ],
};

const RETRY_AFTER: Header = {
  description: 'Seconds until the same should be posted again.',
  schema: { type: 'integer', minimum: 1 },
};

/** The headers of every refusal with this status. */
export function refusalHeaders(status: number): Pick<Response, 'headers'> {
  return status === 429 || status === 503 || status === 507
    ? { headers: { 'Retry-After': RETRY_AFTER } }
    : {};
}

/** One response for each status among the codes, with the codes that it can have. */
export function problemResponses(given: readonly ProblemCode[]): Responses {
  const codes = [...new Set(given)];
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = codes.filter((code) => PROBLEMS[code].status === status);
      return [status, problemResponse(status, ofStatus)];
    }),
  );
}

function problemResponse(status: number, codes: readonly ProblemCode[]): Response {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
    ...refusalHeaders(status),
    content: {
      'application/problem+json': {
        schema: {
          ...named('Problem'),
          properties: { code: { enum: codes } },
        },
      },
    },
  };
}
