import { headerOf, type ConsumedRecord } from '../../consumer.js';
import { replaysOf, type Case } from '../evidence.js';
import { sha256, type Posted } from '../posted.js';

/** What the bridge writes before the headers of the caller; consumers tell its records from others by it. */
const SOURCE = 'protheus-middleware';

/** C6: topic, key, value and the list of headers are those that were posted, byte for byte. */
export function otherBytes({ posted, inTopics, inDeadLetters }: Case): string[] {
  return posted
    .filter((one) => {
      const copies = inTopics.get(one.messageId) ?? [];
      const letters = inDeadLetters.get(one.messageId) ?? [];
      return (
        copies.some((copy) => !sameRecord(one, copy)) ||
        letters.some((letter) => !sameLetter(one, letter))
      );
    })
    .map(({ messageId }) => messageId);
}

function sameRecord(one: Posted, copy: ConsumedRecord): boolean {
  const replayed = replaysOf(copy) > 0;
  // A replay adds its mark, and may go to another topic.
  const headers = replayed ? copy.headers.slice(0, -1) : copy.headers;
  return (
    (replayed || copy.topic === one.topic) &&
    sameKey(one, copy) &&
    sameValue(one, copy) &&
    listed(headers) === expectedHeaders(one)
  );
}

/** A dead letter has its reasons after the headers of the record, and may have had to leave the value behind. */
function sameLetter(one: Posted, letter: ConsumedRecord): boolean {
  const own = letter.headers.slice(0, 3 + one.headers.length);
  const omitted = headerOf(letter, 'bridge-value-omitted') !== undefined;
  return (
    headerOf(letter, 'original-topic') === one.topic &&
    sameKey(one, letter) &&
    (omitted || sameValue(one, letter)) &&
    listed(own) === expectedHeaders(one)
  );
}

const sameKey = (one: Posted, { key }: ConsumedRecord): boolean =>
  one.key === null ? key === null : key?.equals(Buffer.from(one.key)) === true;

const sameValue = (one: Posted, { value }: ConsumedRecord): boolean =>
  value !== null && sha256(value) === one.sha256;

function expectedHeaders({ messageId, headers }: Posted): string {
  return JSON.stringify([
    ['message-id', messageId],
    ['source', SOURCE],
    ['content-type', 'application/json'],
    ...headers,
  ]);
}

function listed(headers: ConsumedRecord['headers']): string {
  return JSON.stringify(headers.map(({ name, value }) => [name, value.toString()]));
}
