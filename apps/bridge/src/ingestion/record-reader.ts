import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { partitionFor, TopicAdmin } from '@bridge/kafka';
import type { NewRecord } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { ProblemError } from '../problem/index.js';
import {
  atIndex,
  readAddressed,
  readEnvelopes,
  type AddressedEnvelope,
  type Envelope,
} from './envelope.js';
import type { Reading } from './intake.js';
import { isRawType } from './media-type.js';
import {
  givenMessageId,
  listedMessageId,
  madeMessageId,
  pointedMessageId,
  transactionIdOf,
} from './message-id.js';
import { readRawEnvelope, refuseRecordHeaders } from './raw-envelope.js';
import { composeRecord } from './record.js';
import type { Submission } from './submission.js';
import { decodeText, type DecodedText } from './text-encoding.js';
import { checkTopic } from './topic-name.js';

const LOOKUP_MS = 1_000;

interface Read extends DecodedText {
  readonly addressed: readonly AddressedEnvelope[];
  /** Whether the body was a list. */
  readonly many: boolean;
  readonly now: number;
}

/** From the bytes of a POST to records: everything about it that can be refused without storing is refused here. */
@Injectable()
export class RecordReader {
  constructor(
    private readonly configuration: Configuration,
    private readonly topics: TopicAdmin,
  ) {}

  /** @throws ProblemError with the code of what is wrong. */
  async read(topic: string, submission: Submission): Promise<Reading> {
    checkTopic(topic, this.configuration.bridge.delivery.deadLetterTopic);
    return this.compose(this.readBody(topic, submission, Date.now()), submission, false);
  }

  /** @throws ProblemError with the code of what is wrong, and the place of the record that it is about. */
  async readTransaction(submission: Submission): Promise<Reading> {
    const { topics, delivery, http } = this.configuration.bridge;
    const now = Date.now();
    refuseRecordHeaders(submission.rawHeaders);
    const text = this.decode(submission);
    const addressed = readAddressed(text.bytes, now, http.maxRecords);
    for (const [index, { topic }] of addressed.entries()) {
      atIndex(index, () => {
        checkTopic(topic, delivery.deadLetterTopic);
        if (topics.deliveryOf(topic) === 'exactly-once') return;
        throw new ProblemError('not_transactional', 'Records of this topic may come twice');
      });
    }
    return this.compose({ ...text, addressed, many: true, now }, submission, true);
  }

  private readBody(topic: string, submission: Submission, now: number): Read {
    const { body, contentType, rawHeaders } = submission;
    if (contentType !== undefined && isRawType(contentType)) {
      const envelope = readRawEnvelope(body, contentType, rawHeaders, now);
      const addressed = [{ topic, envelope }];
      return { addressed, many: false, bytes: body, transcoded: false, now };
    }
    refuseRecordHeaders(rawHeaders);
    const text = this.decode(submission);
    const { maxRecords } = this.configuration.bridge.http;
    const { envelopes, many } = readEnvelopes(text.bytes, now, maxRecords);
    return { ...text, addressed: envelopes.map((envelope) => ({ topic, envelope })), many, now };
  }

  private decode({ body, contentType }: Submission): DecodedText {
    const { maxBodyBytes, invalidUtf8 } = this.configuration.bridge.http;
    const text = decodeText(body, contentType, invalidUtf8);
    if (text.bytes.length <= maxBodyBytes) return text;
    throw new ProblemError('payload_too_large', 'As UTF-8 the body is larger than MAX_BODY_BYTES');
  }

  private async compose(
    read: Read,
    submission: Submission,
    isTransaction: boolean,
  ): Promise<Reading> {
    const { addressed, many, transcoded, now } = read;
    const given = addressed.map(({ topic, envelope }, index) =>
      inList(many, index, () => this.givenId(topic, submission, read, envelope, index)),
    );
    const partitions = await this.partitionsOf(read);
    const ids = addressed.map(
      ({ topic }, index) =>
        given[index] ?? madeMessageId(topic, now, randomBytes(8).toString('hex')),
    );
    const transaction = isTransaction ? { id: transactionIdOf(ids), size: ids.length } : null;
    if (transaction !== null && new Set(ids).size < ids.length) {
      throw new ProblemError('invalid_message_id', 'A message id stands twice in the transaction');
    }
    const records = addressed.map(({ topic, envelope }, index): NewRecord =>
      composeRecord({
        topic,
        messageId: ids[index] ?? '',
        envelope,
        transcoded,
        traceParent: submission.traceParent,
        delivery: this.configuration.bridge.topics.deliveryOf(topic),
        partition: partitions[index] ?? null,
        transaction,
      }),
    );
    return { records, made: given.includes(null), many };
  }

  private givenId(
    topic: string,
    { idempotencyKey }: Submission,
    { bytes, many }: Read,
    { messageId, span }: Envelope,
    index: number,
  ): string | null {
    const pointer = this.configuration.bridge.topics.messageIdPointerOf(topic);
    const ofRequest = many ? null : idempotencyKey;
    const needed = ofRequest === null && messageId === null;
    const pointed =
      needed && pointer !== null && span !== null ? pointedMessageId(bytes, span, pointer) : null;
    const listed =
      many && needed && pointed === null && idempotencyKey !== null
        ? listedMessageId(idempotencyKey, index)
        : null;
    return givenMessageId({ header: ofRequest ?? listed, field: messageId, pointed });
  }

  /**
   * The partition is chosen as early as it can be, and only where it is bound to a key or demanded: a retry
   * must never choose anew. A record without a key goes where the relay finds room.
   */
  private async partitionsOf({ addressed, many }: Read): Promise<readonly (number | null)[]> {
    const counts = new Map<string, number | null>();
    for (const { topic } of addressed) {
      if (counts.has(topic)) continue;
      counts.set(topic, this.topics.cachedPartitions(topic) ?? (await this.askCount(topic)));
    }
    return addressed.map(({ topic, envelope: { key, partition } }, index) =>
      inList(many, index, () => {
        const count = counts.get(topic) ?? null;
        if (count === 0)
          throw new ProblemError('unknown_topic', 'The cluster does not have this topic');
        if (count === null) return partition;
        if (partition !== null && partition >= count) {
          throw new ProblemError('invalid_partition', `The topic has ${count} partitions, from 0`);
        }
        return partition ?? (key === null ? null : partitionFor(key, count));
      }),
    );
  }

  /** A cluster that is known to be away is not asked: every POST of an outage would wait for it. */
  private async askCount(topic: string): Promise<number | null> {
    return this.topics.reachable() ? this.topics.lookupPartitions(topic, LOOKUP_MS) : null;
  }
}

function inList<T>(many: boolean, index: number, read: () => T): T {
  return many ? atIndex(index, read) : read();
}
