import { idOf, placeOf, type Case } from '../evidence.js';

/**
 * C10: who read during the run has read what is there after it, and Kafka's own Java consumer reads the same as
 * the one that the other checks go by.
 */
export function readersDiffer({ during, java, records }: Case): string[] {
  const after = new Map(records.map((record) => [placeOf(record), idOf(record)]));
  const early = new Map(during?.records.map((record) => [placeOf(record), idOf(record)]));
  const bytes = new Map(
    records.map((record) => [placeOf(record), `${idOf(record)} ${textOf(record)}`]),
  );
  const second = new Map(
    java?.map((record) => [
      placeOf(record),
      `${record.messageId || placeOf(record)} ${textOf(record)}`,
    ]),
  );
  return [
    ...(during?.conflicts ?? []),
    ...(during === null ? [] : differences('during', early, after)),
    ...(java === null ? [] : differences('java', second, bytes)),
  ];
}

function differences(
  name: string,
  these: ReadonlyMap<string, string>,
  others: ReadonlyMap<string, string>,
): string[] {
  const places = new Set([...these.keys(), ...others.keys()]);
  return [...places]
    .filter((place) => these.get(place) !== others.get(place))
    .map((place) => `${place}: ${name} ${these.get(place)}, after ${others.get(place)}`);
}

function textOf(record: {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
}): string {
  return `${String(record.key)} ${String(record.value)}`;
}
