import type { OutboxStore, RecordFilter } from '@bridge/outbox';
import { ProblemError } from '../problem/index.js';
import type { PageQuery } from './page-query.js';
import { recordView, type RecordView } from './record-view.js';

export interface PageView {
  readonly items: readonly RecordView[];
  /** For the next page; null on the last one. */
  readonly cursor: string | null;
}

/** @throws ProblemError `invalid_parameter` for a cursor that the outbox did not make. */
export async function readPage(
  store: OutboxStore,
  filter: RecordFilter,
  { limit, cursor }: PageQuery,
): Promise<PageView> {
  try {
    const page = await store.list(filter, Number(limit), cursor);
    return { items: page.items.map((state) => recordView(state)), cursor: page.cursor };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ProblemError('invalid_parameter', 'The cursor is not one of this list', {
      cause: error,
    });
  }
}
