import { Injectable } from '@nestjs/common';
import { Configuration } from '../../config/bridge.config.js';
import type { JsonObject } from '../../http/index.js';
import {
  checkTopic,
  Intake,
  RecordComposer,
  type Reading,
  type RequestFacts,
} from '../../ingestion/index.js';
import { recordId } from '../record-id.js';
import { namingTopic, TOPIC_MAX_AGE_MS } from '../topics.js';
import { recordAnswer, type RecordAnswer, type Target } from './record-answer.js';
import { readV3Record, type V3Record } from './record-request.js';

/** The wait of who does not say anything else: clients of this version look at every code that is not 200. */
export const V3_WAIT_MS = 30_000;

/** One record of a v3 request, as it was read. */
export interface V3Given {
  readonly target: Target;
  readonly facts: RequestFacts;
  /** Its place in the request. */
  readonly index: number;
  /** UTF-8 in which `record` was read. */
  readonly bytes: Buffer;
  readonly record: JsonObject;
  readonly transcoded: boolean;
  /** Called when the record is stored and its text is not needed any more. */
  readonly releaseBody: () => void;
}

/** Records of the third version, each for itself: one that is refused stops no other. */
@Injectable()
export class V3Produce {
  constructor(
    private readonly configuration: Configuration,
    private readonly composer: RecordComposer,
    private readonly intake: Intake,
  ) {}

  /**
   * Resolves when the record has its place in the order of acceptance: who awaits this before the next call keeps
   * the order of the request. What it resolves with settles with the record's answer, or rejects when nothing was
   * stored.
   * @throws ProblemError, OutboxError: nothing is stored.
   */
  async begin(given: V3Given): Promise<{ readonly answer: Promise<RecordAnswer> }> {
    const startedAt = performance.now();
    const { target, facts, releaseBody } = given;
    const record = readV3Record(given.bytes, given.record, Date.now());
    const reading = await this.compose(given, record);
    const { waitMs } = facts.preference;
    const taking = this.intake.take(reading, { waitMs, startedAt, releaseBody });
    return { answer: taking.then((taken) => recordAnswer(target, record, only(taken))) };
  }

  private async compose(given: V3Given, record: V3Record): Promise<Reading> {
    const { topic } = given.target;
    const { caller, idempotencyKey, trace } = given.facts;
    const { topics, delivery } = this.configuration.bridge;
    checkTopic(topic, delivery.deadLetterTopic);
    const id = recordId({
      header: record.envelope.messageId,
      pointer: topics.messageIdPointerOf(topic),
      parts: record.parts,
      idempotencyKey,
      index: given.index,
    });
    try {
      return await this.composer.compose({
        caller,
        records: [{ topic, envelope: record.envelope }],
        ids: [id],
        many: false,
        transcoded: given.transcoded,
        trace,
        topicMaxAgeMs: TOPIC_MAX_AGE_MS,
      });
    } catch (error) {
      throw namingTopic(error, topic);
    }
  }
}

/** One record was given, so one was taken. */
function only<T>(taken: readonly T[]): T {
  const [first] = taken;
  if (first === undefined) throw new Error('A record that was taken has no answer.');
  return first;
}
