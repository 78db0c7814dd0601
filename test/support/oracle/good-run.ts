import type { MessageView } from '../bridge-api.js';
import type { ConsumedRecord } from '../consumer.js';
import type { Evidence, JavaRecord } from './evidence.js';
import { postedOf, sha256, type Posted, type Try } from './posted.js';

/*
 * What a run without any fault leaves behind, for the oracle's own tests: two records each of the keys `a` and `b`
 * of a sequential client, two of a racing one, a dead letter, a refusal, and two without a good answer, of which
 * one was stored.
 */

type Place = readonly [partition: number, offset: number];

interface Line {
  readonly id: string;
  readonly client: number;
  readonly number: number;
  readonly key: string | null;
  readonly status: number | null;
  readonly place: Place | null;
  readonly deadLetter?: true;
}

const line = (
  id: string,
  client: number,
  number: number,
  key: string | null,
  status: number | null,
  place: Place | null,
): Line => ({ id, client, number, key, status, place });

const LINES: readonly Line[] = [
  line('a0', 0, 0, 'a', 200, [0, 0]),
  line('b0', 0, 1, 'b', 200, [1, 0]),
  line('a1', 0, 2, 'a', 201, [0, 1]),
  line('b1', 0, 3, 'b', 200, [1, 2]),
  line('free', 1, 0, null, 200, [2, 0]),
  line('shared', 1, 1, 'a', 200, [0, 2]),
  { ...line('dead', 1, 2, 'c', 201, null), deadLetter: true },
  line('refused', 1, 3, 'c', 400, null),
  line('stored', 2, 0, 'd', null, [2, 1]),
  line('gone', 2, 1, 'd', 503, null),
];

export const valueOf = (id: string): string => `{"id":"${id}"}`;

function posted({ id, client, number, key, status, place }: Line): Posted {
  const confirmed = status === 200;
  const answer: Try = {
    status,
    code: status !== null && status >= 400 ? 'refused' : null,
    confirmed,
    partition: confirmed ? (place?.[0] ?? null) : null,
    offset: confirmed ? String(place?.[1]) : null,
    at: 1_000 * number + 500,
  };
  const posting = { client, number, ordered: client === 0, topic: 'nf', messageId: id, key };
  return postedOf(
    { ...posting, headers: [['empresa', '01']], sha256: sha256(valueOf(id)) },
    1_000 * number,
    [answer],
  );
}

const header = (name: string, value: string) => ({ name, value: Buffer.from(value) });

function record({ id, key }: Line, topic: string, [partition, offset]: Place): ConsumedRecord {
  return {
    topic,
    partition,
    offset: BigInt(offset),
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(valueOf(id)),
    headers: [
      header('message-id', id),
      header('source', 'protheus-middleware'),
      header('content-type', 'application/json'),
      header('empresa', '01'),
    ],
    timestamp: 0,
  };
}

function deadLetter(one: Line): ConsumedRecord {
  const letter = record(one, 'dlq-topic', [0, 0]);
  const reasons = [header('original-topic', 'nf'), header('error-code', 'message_too_large')];
  return { ...letter, headers: [...letter.headers, ...reasons] };
}

function view({ id, place, deadLetter: dead }: Line): MessageView {
  return {
    message_id: id,
    topic: 'nf',
    status: dead === true ? 'dlq' : 'sent',
    retry_count: 0,
    last_error_code: null,
    last_error: null,
    partition: place?.[0] ?? null,
    offset: place === null ? null : String(place[1]),
    replays: 0,
  };
}

export function javaRecord(one: ConsumedRecord): JavaRecord {
  const { topic, partition, offset, key, value, headers } = one;
  const messageId = headers.find(({ name }) => name === 'message-id')?.value.toString() ?? '';
  return {
    topic,
    partition,
    offset,
    messageId,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
  };
}

export function goodRun(): Evidence {
  const delivered = LINES.filter(({ place }) => place !== null);
  const records = delivered.map((one) => record(one, 'nf', one.place ?? [0, 0]));
  const known = LINES.filter(({ place, deadLetter: dead }) => place !== null || dead === true);
  const base = { rss: 150e6, fds: 60, sockets: 20, timers: 10 };
  return {
    posted: LINES.map(posted),
    records,
    deadLetters: LINES.filter((one) => one.deadLetter === true).map(deadLetter),
    during: { records, conflicts: [] },
    java: records.map(javaRecord),
    views: new Map(known.map((one) => [one.id, view(one)])),
    books: {
      sent: delivered.map(({ id }) => id),
      pipelines: [
        { name: 'main-0', committed: 7, ledger: 7, open: false },
        { name: 'side', committed: 0, ledger: 0, open: false },
      ],
      unpublished: 0,
    },
    drain: { withinMs: 60_000, left: null },
    counters: [
      {
        bridge: 'http://bridge',
        samples: [
          { received: 10, sent: 10, buried: 0 },
          { received: 15, sent: 12, buried: 1 },
          { received: 18, sent: 17, buried: 1 },
        ],
      },
    ],
    resources: [{ bridge: 'http://bridge', base, after: { ...base, rss: 180e6 } }],
    partitionsChanged: false,
  };
}
