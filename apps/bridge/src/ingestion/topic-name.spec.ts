import { checkTopic, checkVisibleTopic } from './topic-name.js';

const check = (topic: string) => (): void => checkTopic(topic, 'dlq-topic');

test.each(['a', 'x'.repeat(249), 'nf_saida-01.v2', 'constructor', '...'])('takes %s', (topic) => {
  expect(check(topic)).not.toThrow();
});

test.each(['', '.', '..', 'x'.repeat(250), 'a b', 'é', 'a/b', 'a\\b', 'a\0b', 'a:b', 'a\n'])(
  'refuses %j',
  (topic) => {
    expect(check(topic)).toThrow('invalid_topic');
  },
);

test.each(['__consumer_offsets', '__transaction_state', '__proto__', '_ponte.ledger', 'dlq-topic'])(
  'keeps callers out of %s',
  (topic) => {
    expect(check(topic)).toThrow('topic_forbidden');
  },
);

test('lets callers look at the dead letter topic, not at the ledger', () => {
  expect(() => checkVisibleTopic('dlq-topic')).not.toThrow();
  expect(() => checkVisibleTopic('_ponte.ledger')).toThrow('topic_forbidden');
});
