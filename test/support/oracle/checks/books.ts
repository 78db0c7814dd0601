import type { Case, Drain } from '../evidence.js';

/** C8: the database, the ledger and the topics agree, and no batch is open. */
export function books(run: Case): string[] {
  if (run.books === null) return [];
  const { sent, pipelines, unpublished } = run.books;
  const inBooks = new Set(sent);
  return [
    ...sent.filter((id) => !run.inTopics.has(id)).map((id) => `${id}: sent, and not in Kafka`),
    ...[...run.inTopics.keys()]
      .filter((id) => !inBooks.has(id))
      .map((id) => `${id}: in Kafka, and not sent`),
    ...pipelines.filter(({ open }) => open).map(({ name }) => `${name}: a batch is open`),
    ...pipelines
      .filter(({ committed, ledger }) => committed !== ledger)
      .map(({ name, committed, ledger }) => `${name}: closed ${committed}, ledger ${ledger}`),
    ...(unpublished > 0 ? [`${unpublished} dead letters are not published`] : []),
  ];
}

/** C9: all work is done in time after the last fault, without hands. */
export function notDrained({ drain }: { readonly drain: Drain | null }): string[] {
  if (drain === null || drain.left === null) return [];
  return [`${drain.left} after ${drain.withinMs} ms`];
}
