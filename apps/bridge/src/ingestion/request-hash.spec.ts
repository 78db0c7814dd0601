import { readEnvelopes, type Envelope } from './envelope.js';
import { requestHash } from './request-hash.js';

const hash = (topic: string, body: string): string => {
  const [envelope] = readEnvelopes(Buffer.from(body), Date.now(), 1).envelopes;
  return requestHash(topic, envelope as Envelope).toString('hex');
};

test('is the same for the same record, however it is written around data', () => {
  expect(hash('t', '{"key":"k","data":{"a":1}}')).toBe(hash('t', ' {"data": {"a":1} , "key":"k"}'));
  expect(hash('t', '{"data":1,"message_id":"m"}')).toBe(hash('t', '{"data":1}'));
});

test('differs in every part', () => {
  const variants = [
    hash('t', '{"data":1}'),
    hash('u', '{"data":1}'),
    hash('t', '{"data":1.0}'),
    hash('t', '{"data":"1"}'),
    hash('t', '{"data":1,"key":""}'),
    hash('t', '{"data":1,"key":"a"}'),
    hash('t', '{"data":null,"key":"a"}'),
    hash('t', '{"data":1,"headers":{"a":"b"}}'),
    hash('t', '{"data":1,"headers":{"ab":""}}'),
    hash('t', '{"data":1,"partition":0}'),
    hash('t', '{"data":1,"timestamp":0}'),
    hash('t1', '{"data":1}'),
  ];
  expect(new Set(variants).size).toBe(variants.length);
});
