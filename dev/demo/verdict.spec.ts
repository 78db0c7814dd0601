import { describe, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '../../test/support/consumer.js';
import { invoices } from './invoices.js';
import { judge } from './verdict.js';

const posted = invoices(1, 2);
const places = new Map(
  posted.map(({ messageId }, index) => [messageId, { partition: 0, offset: String(index) }]),
);
const read = posted.map(({ key, messageId, data }, index): ConsumedRecord => ({
  topic: 'nf',
  partition: 0,
  offset: BigInt(index),
  key: Buffer.from(key),
  value: Buffer.from(data),
  headers: [{ name: 'message-id', value: Buffer.from(messageId) }],
  timestamp: 0,
}));
const [first, second, third] = read as [ConsumedRecord, ConsumedRecord, ConsumedRecord];
const rest = read.slice(3);

describe('the verdict', () => {
  test('is that all is well when the topic holds what was posted', () => {
    expect(Object.values(judge(posted, places, read))).not.toContain(false);
  });

  test('names a lost record', () => {
    expect(judge(posted, places, read.slice(1))).toMatchObject({
      sameNumber: false,
      sameBytes: false,
    });
  });

  test('names a record that is there twice', () => {
    expect(judge(posted, places, [...read, first])).toMatchObject({
      sameNumber: false,
      noneTwice: false,
    });
  });

  test('names one changed byte', () => {
    const changed = { ...second, value: Buffer.from(`${String(second.value)} `) };
    expect(judge(posted, places, [first, changed, third, ...rest])).toMatchObject({
      sameBytes: false,
      sameNumber: true,
    });
  });

  test('names two records of one key in the wrong order', () => {
    expect(first.key).toEqual(third.key);
    expect(judge(posted, places, [third, second, first, ...rest])).toMatchObject({
      sameOrderPerKey: false,
      sameBytes: true,
    });
  });

  test('names a record that is not where the answer said', () => {
    const elsewhere = { ...third, offset: 99n };
    expect(judge(posted, places, [first, second, elsewhere, ...rest])).toMatchObject({
      samePlaces: false,
    });
  });
});

test('the sample access keys have 44 digits with a valid check digit', () => {
  for (const { data } of invoices(1, 5)) {
    const { chaveNFe } = JSON.parse(data) as { chaveNFe: string };
    expect(chaveNFe).toMatch(/^\d{44}$/);
    const sum = Array.from(chaveNFe, Number)
      .toReversed()
      .reduce(
        (total, digit, index) => total + digit * (index === 0 ? 1 : 2 + ((index - 1) % 8)),
        0,
      );
    expect([0, 1]).toContain(sum % 11);
  }
});
