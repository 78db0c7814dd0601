import { PROBLEMS, problemBody, ProblemError, type ProblemCode } from '../problem/index.js';
import type { Header, Response, Schema } from './openapi.types.js';
import { constant, named, object, text, whole } from './parts.js';

/** What any request can be refused with, whatever it asks for. */
const ALWAYS: readonly ProblemCode[] = [
  'bad_request_framing',
  'duplicate_header',
  'expectation_failed',
  'headers_too_large',
  'internal_error',
  'invalid_url',
  'payload_too_large',
  'request_timeout',
  'unsupported_media_type',
  'bad_encoding',
  'overloaded',
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

/** One response for each status among the codes, with the codes that it can have. */
export function problemResponses(own: readonly ProblemCode[]): Readonly<Record<number, Response>> {
  const codes = [...new Set([...own, ...ALWAYS])];
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = codes.filter((code) => PROBLEMS[code].status === status);
      return [status, problemResponse(status, ofStatus)];
    }),
  );
}

function problemResponse(status: number, codes: readonly ProblemCode[]): Response {
  const later = status === 503 || status === 507;
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. '),
    ...(later ? { headers: { 'Retry-After': RETRY_AFTER } } : {}),
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
