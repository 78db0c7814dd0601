import type { ConsumedRecord } from '../consumer.js';
import type { CheckName } from './check.js';
import { idOf, type Books, type Evidence, type Resources } from './evidence.js';
import { goodRun, javaRecord } from './good-run.js';
import type { Posted } from './posted.js';

/** What a check is to say; checks that are not named stay empty. */
export type Reds = Partial<Record<CheckName, readonly string[]>>;

/** A fault with all that goes red. What is wrong in Kafka alone contradicts the bridge's own accounts too. */
export type Fault = readonly [name: string, run: () => Evidence, reds: Reds];

/** The topics as every reader finds them. */
export function inKafka(
  change: (records: readonly ConsumedRecord[]) => ConsumedRecord[],
): Evidence {
  const run = goodRun();
  const records = change(run.records);
  return {
    ...run,
    records,
    during: { records, conflicts: [] },
    java: records.map(javaRecord),
  };
}

export const changed = (id: string, change: (record: ConsumedRecord) => Partial<ConsumedRecord>) =>
  inKafka((records) =>
    records.map((record) => (idOf(record) === id ? { ...record, ...change(record) } : record)),
  );

export const copyOf = (id: string, change: Partial<ConsumedRecord>) =>
  inKafka((records) => [...records, { ...found(records, id), ...change }]);

export function found(records: readonly ConsumedRecord[], id: string): ConsumedRecord {
  const record = records.find((one) => idOf(one) === id);
  if (record === undefined) throw new Error(`There is no ${id}.`);
  return record;
}

export function answered(id: string, change: Partial<Posted>): Evidence {
  const run = goodRun();
  const posted = run.posted.map((one) => (one.messageId === id ? { ...one, ...change } : one));
  return { ...run, posted };
}

export function viewed(id: string, change: object): Evidence {
  const run = goodRun();
  const views = new Map(run.views);
  const view = views.get(id);
  if (view !== undefined) views.set(id, { ...view, ...change });
  return { ...run, views };
}

export function booked(change: (books: Books) => Partial<Books>): Evidence {
  const run = goodRun();
  return { ...run, books: run.books === null ? null : { ...run.books, ...change(run.books) } };
}

export const pipeline = (change: object) =>
  booked(({ pipelines }) => ({ pipelines: pipelines.map((one) => ({ ...one, ...change })) }));

export function letters(
  change: (letters: readonly ConsumedRecord[]) => ConsumedRecord[],
): Evidence {
  const run = goodRun();
  return { ...run, deadLetters: change(run.deadLetters) };
}

export function used(change: Partial<Resources>): Evidence {
  const run = goodRun();
  const resources = run.resources?.map((one) => ({ ...one, after: { ...one.after, ...change } }));
  return { ...run, resources: resources ?? null };
}

export function counted(
  samples: readonly (readonly [received: number, sent: number, buried: number])[],
) {
  const series = samples.map(([received, sent, buried]) => ({ received, sent, buried }));
  return { ...goodRun(), counters: [{ bridge: 'http://bridge', samples: series }] };
}

export function swapped(one: string, other: string): Evidence {
  return inKafka((records) => {
    const [first, second] = [found(records, one), found(records, other)];
    const place = ({ partition, offset }: ConsumedRecord) => ({ partition, offset });
    return records.map((record) => {
      if (record === first) return { ...record, ...place(second) };
      return record === second ? { ...record, ...place(first) } : record;
    });
  });
}

export const header = (name: string, value: string) => ({ name, value: Buffer.from(value) });
export const named = (id: string) => ({ offset: 90n, headers: [header('message-id', id)] });
export const replayed = ({ headers }: ConsumedRecord) => [
  ...headers,
  header('bridge-replayed', '1'),
];

export function letterOf(letter: ConsumedRecord, id: string): ConsumedRecord {
  const record = found(goodRun().records, id);
  return { ...letter, ...record, headers: [...record.headers, ...letter.headers.slice(4)] };
}

export function strangerAt(offset: bigint): ConsumedRecord {
  const [record] = goodRun().records;
  if (record === undefined) throw new Error('There is no record.');
  return { ...record, offset, headers: [header('message-id', 'stranger')] };
}

export const COUNTED = (name: string, metrics: number, oracle: number): string[] => [
  `http://bridge: ${name} says ${metrics}, the oracle ${oracle}`,
];
