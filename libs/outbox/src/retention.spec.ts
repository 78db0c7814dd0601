import { agesOf } from './retention.js';

const rule = (topic: string, sentBefore: number) => ({ topic, sentBefore, deadLettersBefore: 0 });
const AGES = {
  sentBefore: 1,
  idsBefore: 0,
  deadLettersBefore: 0,
  byTopic: [
    rule('nf*', 2),
    rule('nf-saida', 3),
    rule('nf-*', 4),
    rule('nf-saida*', 5),
    rule('n*', 6),
  ],
};

test.each([
  ['pedidos', 1],
  ['nf', 2],
  ['nfe', 2],
  ['nf-saida', 3],
  ['nf-entrada', 4],
  ['nf-saida-sp', 5],
  ['NF-saida', 1],
  ['a-nf', 1],
  ['notas', 6],
])('%s is kept as the longest name says that fits', (topic, sentBefore) => {
  expect(agesOf(topic, AGES).sentBefore).toBe(sentBefore);
});

test('without names all are kept alike', () => {
  const { byTopic: _none, ...ages } = AGES;
  expect(agesOf('nf', ages).sentBefore).toBe(1);
});
