import {
  COUNTED,
  answered,
  changed,
  copyOf,
  header,
  inKafka,
  letterOf,
  letters,
  named,
  replayed,
  swapped,
  viewed,
  type Fault,
} from './changed-run.js';
import { check, judge, NOTHING_WRONG } from './check.js';
import { idOf } from './evidence.js';
import { goodRun } from './good-run.js';

const BOOKS_LACK = (id: string) => [`${id}: sent, and not in Kafka`];

const FAULTS: readonly Fault[] = [
  [
    'C1: a lost record',
    () => inKafka((records) => records.filter((record) => idOf(record) !== 'a1')),
    { lost: ['a1'], books: BOOKS_LACK('a1'), counters: COUNTED('sent', 7, 6) },
  ],
  [
    'C1: a dead letter that is not published',
    () => letters(() => []),
    { lost: ['dead'], counters: COUNTED('buried', 1, 0) },
  ],
  ['C2: a record that is there twice', () => copyOf('b0', { offset: 99n }), { twice: ['b0'] }],
  [
    'C2: a dead letter that is there twice',
    () => letters(([one]) => (one === undefined ? [] : [one, { ...one, offset: 1n }])),
    { twice: ['dead'], counters: COUNTED('buried', 1, 2) },
  ],
  [
    'C2: a dead letter of a record that is in its topic, without a replay',
    () => letters(([one]) => (one === undefined ? [] : [one, letterOf(one, 'b0')])),
    { twice: ['b0'], counters: COUNTED('buried', 1, 2) },
  ],
  [
    'C3: a record that nobody has posted',
    () => copyOf('b0', named('stranger')),
    {
      phantom: ['stranger'],
      books: ['stranger: in Kafka, and not sent'],
      counters: COUNTED('sent', 7, 8),
    },
  ],
  [
    'C3: a record without a message id',
    () => copyOf('b0', { offset: 90n, headers: [] }),
    {
      phantom: ['nf-1@90'],
      books: ['nf-1@90: in Kafka, and not sent'],
      counters: COUNTED('sent', 7, 8),
    },
  ],
  [
    'C3: a record that was refused for good',
    () => answered('shared', { outcome: 'rejected', status: 400, confirmed: false }),
    { phantom: ['shared'], counters: COUNTED('received', 8, 7) },
  ],
  [
    'C4: a record without an answer that is there twice',
    () => copyOf('stored', { offset: 99n }),
    { unknownTwice: ['stored'] },
  ],
  [
    'C5: two records of a key that have changed places',
    () => swapped('a0', 'a1'),
    { outOfOrder: ['a1'], otherPlace: ['a0: answered 0@0', 'a1: sent, 0@1'] },
  ],
  [
    'C5: a key of one client that moves to another partition',
    () => changed('b1', () => ({ partition: 2, offset: 50n })),
    { outOfOrder: ['b1'], otherPlace: ['b1: answered 1@2'] },
  ],
  [
    'C5: a key of racing clients that moves to another partition',
    () => changed('shared', () => ({ partition: 2, offset: 50n })),
    { outOfOrder: ['shared'], otherPlace: ['shared: answered 0@2'] },
  ],
  [
    'C6: a changed byte of the value',
    () => changed('b0', () => ({ value: Buffer.from('{"id":"b9"}') })),
    { otherBytes: ['b0'] },
  ],
  ['C6: a changed key', () => changed('b0', () => ({ key: null })), { otherBytes: ['b0'] }],
  [
    'C6: a key that nobody gave',
    () => changed('free', () => ({ key: Buffer.of() })),
    { otherBytes: ['free'] },
  ],
  [
    'C6: a changed header',
    () =>
      changed('b0', ({ headers }) => ({
        headers: [...headers.slice(0, -1), header('empresa', '02')],
      })),
    { otherBytes: ['b0'] },
  ],
  [
    'C6: a header more',
    () => changed('b0', ({ headers }) => ({ headers: [...headers, header('more', '')] })),
    { otherBytes: ['b0'] },
  ],
  [
    'C6: another topic',
    () => changed('free', () => ({ topic: 'other' })),
    { otherBytes: ['free'] },
  ],
  [
    'C6: a changed byte of a dead letter',
    () => letters((all) => all.map((one) => ({ ...one, value: Buffer.from('{}') }))),
    { otherBytes: ['dead'] },
  ],
  [
    'C7: an answer that names another place',
    () => answered('b0', { offset: '1' }),
    { otherPlace: ['b0: answered 1@1'] },
  ],
  [
    'C7: a status that names another place',
    () => viewed('b0', { partition: 2 }),
    { otherPlace: ['b0: sent, 2@0'] },
  ],
  [
    'C7: a status that says pending of a delivered record',
    () => viewed('b0', { status: 'pending' }),
    { otherPlace: ['b0: pending, and in Kafka'] },
  ],
  [
    'C7: a status that says sent of a dead letter',
    () => viewed('dead', { status: 'sent' }),
    { otherPlace: ['dead: sent, null@null'] },
  ],
];

// The oracle is only worth something when it goes red: each fault must be found by the check meant for it.
describe('the oracle, of records,', () => {
  it('finds nothing wrong with a good run', () => {
    expect(judge(goodRun())).toEqual(NOTHING_WRONG);
  });

  it.each(FAULTS)('sees %s', (_name, run, reds) => {
    expect(judge(run())).toEqual({ ...NOTHING_WRONG, ...reds });
  });

  it('takes a replayed record with its dead letter for what it is', () => {
    const run = letters(([one]) => (one === undefined ? [] : [letterOf(one, 'b0')]));
    const records = run.records.map((record) =>
      idOf(record) === 'b0' ? { ...record, headers: replayed(record) } : record,
    );
    const { posted } = run;
    const known = posted.filter(({ messageId }) => messageId !== 'dead');
    expect(
      judge({ ...run, posted: known, records, java: null, views: null, counters: null }),
    ).toEqual(NOTHING_WRONG);
  });

  it('lets a key move when partitions were added', () => {
    const run = changed('shared', () => ({ partition: 2, offset: 50n }));
    expect(judge({ ...run, partitionsChanged: true }).outOfOrder).toEqual([]);
  });

  it('compares records alone where nothing else is known', () => {
    const { posted, records, deadLetters } = goodRun();
    const [letter] = deadLetters;
    expect(check(posted, records)).toEqual({ ...NOTHING_WRONG, lost: letter && [idOf(letter)] });
  });
});
