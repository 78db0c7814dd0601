import type { ScannedRecord } from '@bridge/kafka';
import { nameOf, NO_TENANT, type KnownRecord, type Remembered } from '@bridge/outbox';
import { possibleHashes, TENANT_HEADER } from '../ingestion/index.js';

/** A waiting record or a dead letter that Kafka has. */
export interface Found {
  readonly id: number;
  readonly messageId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** More than this is no outbox that fell behind for some hours; it would not fit into memory. */
const MAX_REMEMBERED = 1_000_000;
/** What `composeRecord` writes first of all into every record. */
const OWN_SOURCE = 'protheus-middleware';

/** The outbox and the topics do not belong together; the message says what an operator can look at. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/** What was met in Kafka, held against what the outbox knows of it. Only ids are kept. */
export class Findings {
  readonly found = new Map<number, Found>();
  /** Dead letters that stand in the dead letter topic, by id. */
  readonly published = new Map<number, string>();
  /** By message id and tenant. */
  readonly remembered = new Map<string, Remembered>();
  /** Message ids of dead letters that were sent to another topic than their own. */
  readonly elsewhere = new Set<string>();
  /** Message ids of what was buried after the outbox's time and is no dead letter in it. */
  readonly buriedSince = new Set<string>();
  /** Ids of sent records that Kafka has. */
  readonly seen = new Set<number>();

  /** @param since epoch milliseconds: until then the outbox knows of every dead letter. */
  constructor(private readonly since: number) {}

  /** A record of a topic that callers post to. @throws Mismatch when there is too much to remember. */
  meet(topic: string, record: ScannedRecord, known: KnownRecord | undefined): void {
    const messageId = messageIdOf(record);
    if (messageId === null) return;
    if (known === undefined) this.stranger(topic, record, messageId);
    else if (known.purged) return;
    else if (known.status === 'sent') this.seen.add(known.id);
    else if (known.topic !== topic) this.elsewhere.add(messageId);
    else if (!this.found.has(known.id)) {
      const { partition, offset } = record;
      const place = { partition, offset: String(offset) };
      this.found.set(known.id, { id: known.id, messageId, topic, ...place });
    }
  }

  /** A record of the dead letter topic: the same letter only when it was buried at the same moment. */
  meetDeadLetter(record: ScannedRecord, known: KnownRecord | undefined): void {
    const messageId = messageIdOf(record);
    if (messageId === null || known?.purged === true || known?.status === 'sent') return;
    const failedAt = textOf(record, 'failed-at') ?? '';
    if (known?.status !== 'dlq' || known.failedAt === null) {
      if (Date.parse(failedAt) >= this.since) this.buriedSince.add(messageId);
      return;
    }
    if (known.published || failedAt !== new Date(known.failedAt).toISOString()) return;
    this.published.set(known.id, messageId);
  }

  private stranger(topic: string, record: ScannedRecord, messageId: string): void {
    const tenant = tenantOf(record);
    const name = nameOf({ messageId, tenant });
    if (textOf(record, 'source') !== OWN_SOURCE || this.remembered.has(name)) return;
    if (this.remembered.size === MAX_REMEMBERED) {
      throw new Mismatch(
        `Kafka has more than ${MAX_REMEMBERED} records that this outbox does not know. Is it the right one?`,
      );
    }
    const { partition, offset, timestamp, transactional } = record;
    this.remembered.set(name, {
      messageId,
      tenant,
      topic,
      partition,
      offset: String(offset),
      delivery: transactional ? 'exactly-once' : 'at-least-once',
      timestamp,
      requestHashes: Buffer.concat(possibleHashes({ topic, ...record }, [null, partition])),
    });
  }
}

export function messageIdOf(record: ScannedRecord): string | null {
  return textOf(record, 'message-id');
}

export function tenantOf(record: ScannedRecord): string {
  return textOf(record, TENANT_HEADER) ?? NO_TENANT;
}

function textOf({ headers }: ScannedRecord, wanted: string): string | null {
  return headers.find(({ name }) => name === wanted)?.value.toString('utf8') ?? null;
}
