import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { partitionFor, TopicAdmin } from '@bridge/kafka';
import { Configuration } from '../config/bridge.config.js';
import { ProblemError } from '../problem/index.js';
import { atIndex, readEnvelopes, type Envelope, type Envelopes } from './envelope.js';
import type { Reading } from './intake.js';
import { isRawType } from './media-type.js';
import { givenMessageId, listedMessageId, madeMessageId, pointedMessageId } from './message-id.js';
import { readRawEnvelope, refuseRecordHeaders } from './raw-envelope.js';
import { composeRecord } from './record.js';
import type { Submission } from './submission.js';
import { decodeText } from './text-encoding.js';
import { checkTopic } from './topic-name.js';

const LOOKUP_MS = 1_000;

interface Read extends Envelopes {
  /** UTF-8 where it is JSON. */
  readonly bytes: Buffer;
  readonly transcoded: boolean;
}

/** From the bytes of a POST to records: everything about it that can be refused without storing is refused here. */
@Injectable()
export class RecordReader {
  constructor(
    private readonly configuration: Configuration,
    private readonly topics: TopicAdmin,
  ) {}

  /** @throws ProblemError with the code of what is wrong. */
  async read(submission: Submission): Promise<Reading> {
    const { topic, traceParent } = submission;
    const { topics, delivery } = this.configuration.bridge;
    checkTopic(topic, delivery.deadLetterTopic);
    const now = Date.now();
    const read = this.readBody(submission, now);
    const { envelopes, many, transcoded } = read;
    const given = envelopes.map((envelope, index) =>
      inList(many, index, () => this.givenId(submission, read, envelope, index)),
    );
    const partitions = await this.partitionsOf(topic, read);
    const records = envelopes.map((envelope, index) =>
      composeRecord({
        topic,
        messageId: given[index] ?? madeMessageId(topic, now, randomBytes(8).toString('hex')),
        envelope,
        transcoded,
        traceParent,
        delivery: topics.deliveryOf(topic),
        partition: partitions[index] ?? null,
      }),
    );
    return { records, made: given.includes(null), many };
  }

  private readBody({ body, contentType, rawHeaders }: Submission, now: number): Read {
    const { maxBodyBytes, maxRecords, invalidUtf8 } = this.configuration.bridge.http;
    if (contentType !== undefined && isRawType(contentType)) {
      const envelope = readRawEnvelope(body, contentType, rawHeaders, now);
      return { envelopes: [envelope], many: false, bytes: body, transcoded: false };
    }
    refuseRecordHeaders(rawHeaders);
    const { bytes, transcoded } = decodeText(body, contentType, invalidUtf8);
    if (bytes.length > maxBodyBytes) {
      throw new ProblemError(
        'payload_too_large',
        'As UTF-8 the body is larger than MAX_BODY_BYTES',
      );
    }
    return { ...readEnvelopes(bytes, now, maxRecords), bytes, transcoded };
  }

  private givenId(
    { topic, idempotencyKey }: Submission,
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
  private async partitionsOf(
    topic: string,
    { envelopes, many }: Read,
  ): Promise<readonly (number | null)[]> {
    const count = this.topics.cachedPartitions(topic) ?? (await this.askCount(topic));
    if (count === 0)
      throw new ProblemError('unknown_topic', 'The cluster does not have this topic');
    return envelopes.map(({ key, partition }, index) => {
      if (count === null) return partition;
      return inList(many, index, () => {
        if (partition !== null && partition >= count) {
          throw new ProblemError('invalid_partition', `The topic has ${count} partitions, from 0`);
        }
        return partition ?? (key === null ? null : partitionFor(key, count));
      });
    });
  }

  /** A cluster that is known to be away is not asked: every POST of an outage would wait for it. */
  private async askCount(topic: string): Promise<number | null> {
    return this.topics.reachable() ? this.topics.lookupPartitions(topic, LOOKUP_MS) : null;
  }
}

function inList<T>(many: boolean, index: number, read: () => T): T {
  return many ? atIndex(index, read) : read();
}
