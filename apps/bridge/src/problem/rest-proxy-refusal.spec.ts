import { PROBLEMS, type ProblemCode } from './problem-codes.js';
import { ProblemError } from './problem.error.js';
import { restProxyRecordError, restProxyRefusal } from './rest-proxy-refusal.js';

const ALL = Object.keys(PROBLEMS) as ProblemCode[];

describe('restProxyRefusal', () => {
  it.each(ALL)('of %s says nothing but its code and its text', (code) => {
    const { status, body } = restProxyRefusal(new ProblemError(code, 'the text'), 'v2');
    expect(body).toEqual({ error_code: expect.any(Number), message: 'the text' });
    expect(String(body.error_code)).toMatch(new RegExp(`^${status}(?:\\d\\d)?$`));
  });

  it.each(ALL)('of %s does not turn "do not post again" into "post again", nor back', (code) => {
    const again = (status: number) => status >= 500 && status !== 501;
    const problem = new ProblemError(code, 'the text');
    expect(again(restProxyRefusal(problem, 'v3').status)).toBe(again(problem.status));
  });

  it('keeps what the bridge says in headers, in the type of the version', () => {
    const problem = new ProblemError('queue_full', 'full', { retryAfter: 3 });
    expect(restProxyRefusal(problem, 'v2').headers).toMatchObject({
      'content-type': 'application/vnd.kafka.v2+json',
      'retry-after': '3',
    });
    expect(restProxyRefusal(problem, 'v3').headers['content-type']).toBe('application/json');
  });

  it('goes by the code of the place where that is another', () => {
    const problem = new ProblemError('unknown_topic', 'gone', { restProxy: 40403 });
    expect(restProxyRefusal(problem, 'v3')).toMatchObject({
      status: 404,
      body: { error_code: 40403 },
    });
  });
});

it('restProxyRecordError puts five digits above 422 into the text', () => {
  expect(restProxyRecordError(new ProblemError('schema_unsupported', 'no'))).toEqual({
    error_code: 422,
    message: 'Error: 42206 : no',
  });
  expect(restProxyRecordError(new ProblemError('invalid_partition', 'no'))).toEqual({
    error_code: 40402,
    message: 'no',
  });
});
