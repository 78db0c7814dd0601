import { NotFoundException } from '@nestjs/common';
import { KafkaError } from '@bridge/kafka';
import { OutboxError } from '@bridge/outbox';
import { problemBody, problemHeaders } from './problem.js';
import { ProblemError } from './problem.error.js';
import { problemOf } from './problem-mapping.js';

const fastifyError = (code: string): Error => Object.assign(new Error('at /srv/x.js:1'), { code });

const kafkaError = (code: 'message_too_large' | 'kafka_timeout' | 'topic_refused'): KafkaError =>
  new KafkaError(
    { code, scope: 'cluster', retryable: true, outcome: 'unknown' },
    'INVALID_REPLICATION_FACTOR: larger than available brokers',
  );

test.each<[unknown, number, string]>([
  [new OutboxError('message_id_reused', 'SELECT 1'), 422, 'message_id_reused'],
  [new OutboxError('storage_full', 'SQLITE_FULL: INSERT'), 507, 'storage_full'],
  [new OutboxError('storage_unavailable', 'SQLITE_IOERR'), 503, 'storage_unavailable'],
  [new OutboxError('overloaded', 'x'), 503, 'overloaded'],
  [new OutboxError('not_replayable', 'x'), 409, 'not_replayable'],
  [kafkaError('message_too_large'), 413, 'message_too_large'],
  [kafkaError('kafka_timeout'), 503, 'kafka_unavailable'],
  [new NotFoundException('Cannot GET /secret'), 404, 'not_found'],
  [fastifyError('FST_ERR_CTP_BODY_TOO_LARGE'), 413, 'payload_too_large'],
  [fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE'), 415, 'unsupported_media_type'],
  [fastifyError('FST_ERR_ROUTE_MISSING_CONTENT_TYPE'), 415, 'unsupported_media_type'],
  [fastifyError('FST_ERR_BAD_URL'), 400, 'invalid_url'],
])('%s is answered with %d %s', (error, status, code) => {
  const problem = problemOf(error);
  expect(problem).toMatchObject({ status, code });
  expect(problem?.detail).not.toMatch(/SQL|SELECT|srv|secret/);
});

test('passes on why Kafka refuses a topic, and nothing else that Kafka says', () => {
  expect(problemOf(kafkaError('topic_refused'))?.detail).toMatch(/^INVALID_REPLICATION_FACTOR/);
  expect(problemOf(kafkaError('message_too_large'))?.detail).not.toMatch(/REPLICATION/);
});

test.each([new Error('x'), fastifyError('FST_ERR_NEW'), 'text', null, { statusCode: 404 }])(
  'knows %p for a defect',
  (error) => {
    expect(problemOf(error)).toBeNull();
  },
);

test('has the fields of RFC 9457 and those that the ERP reads', () => {
  const problem = new ProblemError('message_id_reused', 'Used', { messageId: 'm-1' });
  expect(problemBody(problem, 'r-1')).toEqual({
    type: 'urn:ponte:problem:message_id_reused',
    title: 'Message id used for other content',
    status: 422,
    code: 'message_id_reused',
    detail: 'Used',
    request_id: 'r-1',
    success: false,
    error_code: 422,
    error: 'Used',
    message_id: 'm-1',
  });
});

test('keeps the detail to one line of 120 characters', () => {
  const { detail } = new ProblemError('invalid_body', `a\r\n\u001b[31m${'b'.repeat(500)}`);
  expect(detail).toHaveLength(120);
  expect(detail).toMatch(/^a \[31mb+…$/);
});

test('says when to come again on every 503 and 507, spread over 1 to 5 seconds', () => {
  const after = (random: number): string | undefined =>
    problemHeaders(new ProblemError('storage_full', 'x'), random)['retry-after'];
  expect([after(0), after(0.5), after(0.999)]).toEqual(['1', '3', '5']);
  const given = new ProblemError('queue_full', 'x', { retryAfter: 4 });
  expect(problemHeaders(given, 0)['retry-after']).toBe('4');
  expect(problemHeaders(new ProblemError('invalid_key', 'x'))['retry-after']).toBeUndefined();
});

test('closes the connection where the rest of the request is not read', () => {
  const connection = (code: 'shutting_down' | 'payload_too_large' | 'invalid_key') =>
    problemHeaders(new ProblemError(code, 'x'))['connection'];
  expect(connection('shutting_down')).toBe('close');
  expect(connection('payload_too_large')).toBe('close');
  expect(connection('invalid_key')).toBeUndefined();
});
