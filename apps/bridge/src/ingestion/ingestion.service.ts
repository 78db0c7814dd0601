import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { partitionFor, TopicAdmin } from '@bridge/kafka';
import {
  isSameRequest,
  OutboxStore,
  type NewRecord,
  type OutboxRecord,
  type RecordState,
} from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { Shutdown } from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import { DirectDelivery, Settlements, type Settlement } from '../relay/index.js';
import { AdmissionGate } from './admission.gate.js';
import { answerOf, outcomeOf, outcomeOfState, type Answer, type Outcome } from './answer.js';
import { readEnvelope, type Envelope } from './envelope.js';
import { givenMessageId, madeMessageId, pointedMessageId } from './message-id.js';
import type { Preference } from './preference.js';
import { composeRecord } from './record.js';
import { decodeText } from './text-encoding.js';
import { checkTopic } from './topic-name.js';

const LOOKUP_MS = 1_000;

/** A POST as HTTP brings it. */
export interface Submission {
  readonly topic: string;
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly idempotencyKey: string | null;
  readonly traceParent: string | null;
  readonly preference: Preference;
  /** From `performance.now()`. */
  readonly startedAt: number;
  /** Called when the body is not needed any more. */
  readonly releaseBody: () => void;
}

/** Takes one POST from its bytes to its answer: read, accept, wait. */
@Injectable()
export class IngestionService {
  constructor(
    private readonly configuration: Configuration,
    private readonly store: OutboxStore,
    private readonly topics: TopicAdmin,
    private readonly settlements: Settlements,
    private readonly direct: DirectDelivery,
    private readonly gate: AdmissionGate,
    private readonly shutdown: Shutdown,
  ) {}

  /** @throws ProblemError, OutboxError: nothing is stored. Whatever is stored is answered with a success. */
  async post(submission: Submission): Promise<Answer> {
    const { record, made } = await this.read(submission);
    if (!this.configuration.bridge.outbox.enabled) return this.deliver(record, submission);
    const refused = this.gate.refusal();
    if (refused !== null) return this.answerKnown(record, made, refused, submission);
    const [acceptance] = await this.store.accept([record]);
    if (acceptance === undefined)
      throw new Error('The outbox accepted nothing and did not say why');
    if (acceptance.outcome === 'duplicate')
      return this.answerDuplicate(acceptance.record, submission);
    return this.answerAccepted(acceptance.record, submission);
  }

  private async read(
    submission: Submission,
  ): Promise<{ readonly record: NewRecord; readonly made: boolean }> {
    const { topic, body, contentType, traceParent } = submission;
    const { http, topics, delivery } = this.configuration.bridge;
    checkTopic(topic, delivery.deadLetterTopic);
    const { bytes, transcoded } = decodeText(body, contentType, http.invalidUtf8);
    if (bytes.length > http.maxBodyBytes) {
      throw new ProblemError(
        'payload_too_large',
        'As UTF-8 the body is larger than MAX_BODY_BYTES',
      );
    }
    const now = Date.now();
    const envelope = readEnvelope(bytes, now);
    const given = this.givenId(submission, envelope, bytes);
    const messageId = given ?? madeMessageId(topic, now, randomBytes(8).toString('hex'));
    const partition = await this.partitionOf(topic, envelope);
    const record = composeRecord({
      topic,
      messageId,
      envelope,
      transcoded,
      traceParent,
      delivery: topics.deliveryOf(topic),
      partition,
    });
    return { record, made: given === null };
  }

  private givenId(submission: Submission, envelope: Envelope, bytes: Buffer): string | null {
    const { topic, idempotencyKey } = submission;
    const pointer = this.configuration.bridge.topics.messageIdPointerOf(topic);
    const needed = pointer !== null && idempotencyKey === null && envelope.messageId === null;
    return givenMessageId({
      header: idempotencyKey,
      field: envelope.messageId,
      pointed: needed ? pointedMessageId(bytes, pointer) : null,
    });
  }

  /**
   * The partition is chosen as early as it can be, and only where it is bound to a key or demanded: a retry
   * must never choose anew. A record without a key goes where the relay finds room.
   */
  private async partitionOf(topic: string, envelope: Envelope): Promise<number | null> {
    const { key, partition } = envelope;
    const count = this.topics.cachedPartitions(topic) ?? (await this.askCount(topic));
    if (count === 0)
      throw new ProblemError('unknown_topic', 'The cluster does not have this topic');
    if (count === null) return partition;
    if (partition !== null && partition >= count) {
      throw new ProblemError('invalid_partition', `The topic has ${count} partitions, from 0`);
    }
    return partition ?? (key === null ? null : partitionFor(key, count));
  }

  /** A cluster that is known to be away is not asked: every POST of an outage would wait for it. */
  private async askCount(topic: string): Promise<number | null> {
    return this.topics.reachable() ? this.topics.lookupPartitions(topic, LOOKUP_MS) : null;
  }

  private async answerAccepted(record: OutboxRecord, submission: Submission): Promise<Answer> {
    // Nothing may be awaited before this wait: the relay settles a record only after a later commit.
    const waiting = this.wait(record.id, submission);
    submission.releaseBody();
    return this.answer(record.messageId, outcomeOf(await waiting, record.partition), submission);
  }

  /** The same request again: it is told what has become of the first one, and waits with it. */
  private async answerDuplicate(state: RecordState, submission: Submission): Promise<Answer> {
    submission.releaseBody();
    const { id, messageId } = state;
    const known = outcomeOfState(state);
    if (known.status !== 'pending') return this.answer(messageId, known, submission, true);
    const waiting = this.wait(id, submission);
    // It may have been settled between the look and the wait, and nobody would tell.
    // The record is safe: a look that fails now must not make an error of it.
    const again = await this.store.find(messageId).catch(() => null);
    const now = again === null ? known : outcomeOfState(again);
    if (now.status !== 'pending') return this.answer(messageId, now, submission, true);
    return this.answer(messageId, outcomeOf(await waiting, now.partition), submission, true);
  }

  /** The door is closed for new records, but who asks for a record that is safe already shall know it. */
  private async answerKnown(
    record: NewRecord,
    made: boolean,
    refused: ProblemError,
    submission: Submission,
  ): Promise<Answer> {
    const state = made ? null : await this.store.find(record.messageId);
    if (state === null) throw refused;
    if (!isSameRequest(state.requestHash, record.requestHash)) {
      throw new ProblemError('message_id_reused', 'This message id was used for other content', {
        messageId: record.messageId,
      });
    }
    return this.answerDuplicate(state, submission);
  }

  private async deliver(record: NewRecord, submission: Submission): Promise<Answer> {
    const { partition, offset } = await this.direct.deliver(record);
    return this.answer(record.messageId, { status: 'sent', partition, offset }, submission);
  }

  /** For what is left of the wait; at a shutdown, not at all. */
  private wait(id: number, { preference, startedAt }: Submission): Promise<Settlement | null> {
    const left = preference.waitMs - (performance.now() - startedAt);
    if (left <= 0 || this.shutdown.begun) return Promise.resolve(null);
    return this.settlements.wait(id, left);
  }

  private answer(
    messageId: string,
    outcome: Outcome,
    { preference, startedAt }: Submission,
    duplicate = false,
  ): Answer {
    const durationMs = performance.now() - startedAt;
    return answerOf({ messageId, outcome, duplicate, preference, durationMs });
  }
}
