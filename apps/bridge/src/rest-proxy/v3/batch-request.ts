import { elementsOf, readElement, readObject, type JsonObject } from '../../http/index.js';
import { ProblemError } from '../../problem/index.js';
import { RECORD_FIELDS, unrecognized } from './record-request.js';

const ENTRIES = 'entries';
const FIELDS: ReadonlySet<string> = new Set([ENTRIES]);
const ENTRY_FIELDS: ReadonlySet<string> = new Set(['id', ...RECORD_FIELDS]);
const ID = /^[0-9A-Za-z_-]{1,80}$/;

/** One record of a batch: what was read of it, or why it was not. */
export type BatchEntry =
  | { readonly id: string; readonly record: JsonObject }
  | { readonly id: string; readonly refused: unknown };

/**
 * Reads the body of `records:batch`. Pure. What is wrong with one entry refuses that entry, and what is wrong with
 * the ids refuses the request: the answer goes by them.
 * @param bytes UTF-8.
 * @throws ProblemError.
 */
export function readBatch(bytes: Buffer, maxEntries: number): readonly BatchEntry[] {
  if (bytes.length === 0) throw invalid('Request body is empty. Data is required.');
  const body = readObject(bytes, FIELDS);
  const list = body.members.get(ENTRIES);
  const values = body.value[ENTRIES];
  if (list === undefined || !Array.isArray(values) || values.length === 0) {
    throw invalid('Empty batch.');
  }
  if (values.length > maxEntries) throw invalid('Too many entries in batch.');
  const ids = idsOf(values);
  return elementsOf(bytes, list.value).map((span, index) => {
    const id = ids[index] ?? '';
    try {
      return { id, record: readElement(bytes, span, values[index], ENTRY_FIELDS) };
    } catch (error) {
      return { id, refused: unrecognized(error) };
    }
  });
}

function idsOf(values: readonly unknown[]): readonly string[] {
  const ids = values.map((value) => {
    const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
    if (typeof id !== 'string' || !ID.test(id)) {
      throw invalid('Batch entry identifier is not a valid string.');
    }
    return id;
  });
  if (new Set(ids).size < ids.length) throw invalid('Batch entry IDs are not distinct.');
  return ids;
}

function invalid(detail: string): ProblemError {
  return new ProblemError('invalid_entries', detail);
}
