import { restProxyResponses } from './rest-proxy-responses.js';

test('has one response for each status, with all numbers that are told with it', () => {
  const responses = restProxyResponses('v2', ['unknown_topic', 'not_found', 'unknown_parameter']);
  expect(Object.keys(responses)).toEqual(['404', '422']);
  expect(responses['404']).toEqual({
    description: '`40401`: Unknown topic. `404`: Not found',
    content: {
      'application/vnd.kafka.v2+json': {
        schema: {
          $ref: '#/components/schemas/RestProxyError',
          properties: {
            error_code: { enum: [40401, 404], 'x-problem-codes': ['unknown_topic', 'not_found'] },
          },
        },
        example: { error_code: 40401, message: 'Unknown topic' },
      },
    },
  });
});

test('tells one number once, with all that it stands for', () => {
  const [response] = Object.values(
    restProxyResponses('v3', ['topic_exists', 'topic_refused', 'topic_exists']),
  );
  expect(response?.description).toBe('`40002`: Topic exists, Topic refused by Kafka');
});

test('goes by the number of the place where that is another', () => {
  const here = { empty_body: 42206 } as const;
  expect(Object.keys(restProxyResponses('v3', ['empty_body'], here))).toEqual(['422']);
  expect(Object.keys(restProxyResponses('v3', ['empty_body']))).toEqual(['400']);
});

test('says when to come again where it is a matter of time', () => {
  const { 503: later, 413: never } = restProxyResponses('v3', ['queue_full', 'batch_too_large']);
  expect([later?.headers, never?.headers]).toEqual([
    { 'Retry-After': expect.any(Object) },
    undefined,
  ]);
});
