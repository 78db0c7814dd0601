import { Injectable } from '@nestjs/common';
import { checkTopicOf, type Caller } from '../access/index.js';
import { Configuration } from '../config/bridge.config.js';
import { ProblemError } from '../problem/index.js';
import {
  inList,
  readAddressed,
  readEnvelopes,
  type AddressedEnvelope,
  type Envelope,
} from './envelope.js';
import type { Reading } from './intake.js';
import { isRawType } from './media-type.js';
import { givenMessageId, listedMessageId, pointedMessageId } from './message-id.js';
import { readRawEnvelope, refuseRecordHeaders } from './raw-envelope.js';
import { RecordComposer } from './record-composer.js';
import type { Submission } from './submission.js';
import { decodeBody, type DecodedText } from './text-encoding.js';
import { checkTopic } from './topic-name.js';

/** `bytes` are UTF-8 where the body is JSON. */
interface Read extends DecodedText {
  readonly records: readonly AddressedEnvelope[];
  /** Whether the body was a list. */
  readonly many: boolean;
}

/** From the bytes of a POST to records: everything about it that can be refused without storing is refused here. */
@Injectable()
export class RecordReader {
  constructor(
    private readonly configuration: Configuration,
    private readonly composer: RecordComposer,
  ) {}

  /** @throws ProblemError with the code of what is wrong. */
  async read(topic: string, submission: Submission): Promise<Reading> {
    checkTopic(topic, this.configuration.bridge.delivery.deadLetterTopic);
    return this.compose(this.readBody(topic, submission), submission, false);
  }

  /** @throws ProblemError with the code of what is wrong, and the place of the record that it is about. */
  async readTransaction(submission: Submission): Promise<Reading> {
    const { body, caller, contentType, rawHeaders } = submission;
    const { http } = this.configuration.bridge;
    refuseRecordHeaders(rawHeaders);
    const text = decodeBody(body, contentType, http);
    const records = readAddressed(text.bytes, Date.now(), http.maxRecords);
    records.forEach(({ topic }, index) =>
      inList(true, index, () => this.checkTransactional(topic, caller)),
    );
    return this.compose({ ...text, records, many: true }, submission, true);
  }

  private checkTransactional(topic: string, caller: Caller): void {
    const { topics, delivery } = this.configuration.bridge;
    checkTopic(topic, delivery.deadLetterTopic);
    checkTopicOf(caller, topic);
    if (topics.deliveryOf(topic) === 'exactly-once') return;
    throw new ProblemError('not_transactional', 'Records of this topic may come twice');
  }

  private readBody(topic: string, { body, contentType, rawHeaders }: Submission): Read {
    const { http } = this.configuration.bridge;
    const now = Date.now();
    if (contentType !== undefined && isRawType(contentType)) {
      const envelope = readRawEnvelope(body, contentType, rawHeaders, now);
      return { records: [{ topic, envelope }], many: false, bytes: body, transcoded: false };
    }
    refuseRecordHeaders(rawHeaders);
    const text = decodeBody(body, contentType, http);
    const { envelopes, many } = readEnvelopes(text.bytes, now, http.maxRecords);
    return { ...text, records: envelopes.map((envelope) => ({ topic, envelope })), many };
  }

  private compose(read: Read, submission: Submission, transactional: boolean): Promise<Reading> {
    const { records, many, transcoded } = read;
    const { caller, trace } = submission;
    const ids = records.map(({ topic, envelope }, index) =>
      inList(many, index, () => this.givenId(topic, submission, read, envelope, index)),
    );
    return this.composer.compose({
      caller,
      records,
      ids,
      many,
      transactional,
      transcoded,
      trace,
    });
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
}
