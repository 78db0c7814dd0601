import { COUNTED, booked, counted, pipeline, strangerAt, used, type Fault } from './changed-run.js';
import { judge, NOTHING_WRONG } from './check.js';
import { goodRun } from './good-run.js';

const FAULTS: readonly Fault[] = [
  [
    'C8: a record that is delivered and not marked sent',
    () => booked(({ sent }) => ({ sent: sent.filter((id) => id !== 'b0') })),
    { books: ['b0: in Kafka, and not sent'] },
  ],
  [
    'C8: a ledger that is ahead',
    () => pipeline({ ledger: 8, committed: 7 }),
    { books: ['main-0: closed 7, ledger 8', 'side: closed 7, ledger 8'] },
  ],
  [
    'C8: a batch that is left open',
    () => pipeline({ open: true }),
    { books: ['main-0: a batch is open', 'side: a batch is open'] },
  ],
  [
    'C8: a dead letter that waits',
    () => booked(() => ({ unpublished: 1 })),
    { books: ['1 dead letters are not published'] },
  ],
  [
    'C9: work that is left',
    () => ({ ...goodRun(), drain: { withinMs: 60_000, left: '3 pending' } }),
    { notDrained: ['3 pending after 60000 ms'] },
  ],
  [
    'C10: a record that was read during the run and is gone after it',
    () => ({
      ...goodRun(),
      during: { records: [...goodRun().records, strangerAt(7n)], conflicts: [] },
    }),
    { readersDiffer: ['nf-0@7: during stranger, after undefined'] },
  ],
  [
    'C10: a record that was not read during the run',
    () => ({ ...goodRun(), during: { records: goodRun().records.slice(1), conflicts: [] } }),
    { readersDiffer: ['nf-0@0: during undefined, after a0'] },
  ],
  [
    'C10: a place that has held two records',
    () => ({ ...goodRun(), during: { records: goodRun().records, conflicts: ['nf-0@1'] } }),
    { readersDiffer: ['nf-0@1'] },
  ],
  [
    'C10: a value that Java reads otherwise',
    () => ({
      ...goodRun(),
      java:
        goodRun().java?.map((one, index) => (index === 0 ? { ...one, value: '' } : one)) ?? null,
    }),
    { readersDiffer: ['nf-0@0: java a0 a , after a0 a {"id":"a0"}'] },
  ],
  [
    'C11: a counter that has not counted one',
    () =>
      counted([
        [10, 10, 0],
        [18, 16, 1],
      ]),
    { counters: COUNTED('sent', 6, 7) },
  ],
  [
    'C11: a counter that goes back at a restart',
    () =>
      counted([
        [10, 10, 0],
        [16, 15, 1],
        [16, 14, 1],
        [18, 17, 1],
      ]),
    { counters: ['http://bridge: sent went back at sample 2'] },
  ],
  [
    'C11: counters that cannot be read at the end',
    () => counted([]),
    { counters: ['http://bridge: no counters were read'] },
  ],
  [
    'C12: descriptors that are not closed',
    () => used({ fds: 70 }),
    { resources: ['http://bridge: fds 60, after the run 70'] },
  ],
  [
    'C12: memory that is not given back',
    () => used({ rss: 260e6 }),
    { resources: ['http://bridge: rss 150000000, after the run 260000000'] },
  ],
];

describe('the oracle, of accounts and readers,', () => {
  it.each(FAULTS)('sees %s', (_name, run, reds) => {
    expect(judge(run())).toEqual({ ...NOTHING_WRONG, ...reds });
  });
});
