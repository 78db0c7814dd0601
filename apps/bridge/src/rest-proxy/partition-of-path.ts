import { ProblemError } from '../problem/index.js';

/** @throws ProblemError `not_found` when it is no number; `unknown_partition` when no topic can have it. */
export function partitionOfPath(text: string): number {
  if (!/^-?\d{1,10}$/.test(text)) throw new ProblemError('not_found', 'HTTP 404 Not Found');
  const partition = Number(text);
  if (partition >= 0 && partition < 2 ** 31) return partition;
  throw new ProblemError('unknown_partition', 'Partition not found.');
}
