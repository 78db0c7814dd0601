import {
  PROBLEMS,
  restProxyCodeOf,
  restProxyStatusOf,
  V2_TYPE,
  type Dialect,
  type ProblemCode,
} from '../problem/index.js';
import type { CodesHere, Response, Responses, Schema } from './openapi.types.js';
import { named, object, text } from './parts.js';
import { refusalHeaders } from './problem-responses.js';

/** The body of every refusal in the Kafka REST Proxy's languages. */
export const REST_PROXY_ERROR: Schema = {
  ...object({
    error_code: {
      type: 'integer',
      description: 'The status, or a code of five digits that stands for one; docs/errors.md.',
    },
    message: text(),
  }),
  description:
    'A refusal. `x-problem-codes` names the bridge\u2019s own codes that its numbers stand for.',
};

const TYPES: Readonly<Record<Dialect, string>> = { v2: V2_TYPE, v3: 'application/json' };

interface Told {
  readonly code: ProblemCode;
  /** The `error_code` that it is told with. */
  readonly number: number;
}

/** One response for each status among the codes, in the form of a language of the Kafka REST Proxy. */
export function restProxyResponses(
  dialect: Dialect,
  codes: readonly ProblemCode[],
  here: CodesHere = {},
): Responses {
  const all = [...new Set(codes)].map((code): Told => ({
    code,
    number: here[code] ?? restProxyCodeOf(code),
  }));
  const statuses = [...new Set(all.map(({ number }) => restProxyStatusOf(number)))];
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = all.filter(({ number }) => restProxyStatusOf(number) === status);
      return [status, refusal(dialect, status, ofStatus)];
    }),
  );
}

function refusal(dialect: Dialect, status: number, told: readonly Told[]): Response {
  const numbers = [...new Set(told.map(({ number }) => number))];
  const meanings = numbers.map((one) => ({
    number: one,
    text: titles(told.filter(({ number }) => number === one)),
  }));
  return {
    description: meanings.map(({ number, text: meant }) => `\`${number}\`: ${meant}`).join('. '),
    ...refusalHeaders(status),
    content: {
      [TYPES[dialect]]: {
        schema: {
          ...named('RestProxyError'),
          properties: {
            error_code: {
              enum: numbers,
              'x-problem-codes': told.map(({ code }) => code),
            },
          },
        },
        example: { error_code: numbers[0], message: titles(told.slice(0, 1)) },
      },
    },
  };
}

function titles(told: readonly Told[]): string {
  return told.map(({ code }) => PROBLEMS[code].title).join(', ');
}
