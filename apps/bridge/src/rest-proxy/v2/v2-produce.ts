import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../../config/bridge.config.js';
import { essenceOf } from '../../http/index.js';
import {
  atIndex,
  bodyOf,
  checkTopic,
  decodeBody,
  Intake,
  RecordComposer,
  requestFacts,
  type OtherLanguage,
  type Reading,
  type RequestFacts,
} from '../../ingestion/index.js';
import { ProblemError, wantedV2Type } from '../../problem/index.js';
import { jsonBytes } from '../json-bytes.js';
import { recordId } from '../record-id.js';
import { namingTopic, TOPIC_MAX_AGE_MS } from '../topics.js';
import { checkAccept, formatOf, isVendorType } from './media.js';
import { produceAnswer } from './produce-answer.js';
import { looksLikeProduceRequest, readProduceRequest } from './produce-request.js';

interface Target {
  readonly topic: string;
  /** Of the path. */
  readonly partition: number | null;
}

/** Produce requests of the Kafka REST Proxy's second version, into the same outbox as all others. */
@Injectable()
export class V2Produce implements OtherLanguage {
  constructor(
    private readonly configuration: Configuration,
    private readonly composer: RecordComposer,
    private readonly intake: Intake,
  ) {}

  claims(request: FastifyRequest): boolean {
    const { 'content-type': type, origin } = request.headers;
    if (isVendorType(type)) return true;
    const essence = essenceOf(type);
    // A browser posts without a type and without asking first, for any page; nobody else says where it comes from.
    if (essence !== 'application/json' && (essence !== '' || origin !== undefined)) return false;
    return looksLikeProduceRequest(bodyOf(request));
  }

  post(topic: string, request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    return this.produce({ topic, partition: null }, request, reply);
  }

  /** @throws ProblemError, OutboxError: nothing is stored. */
  async produce(target: Target, request: FastifyRequest, reply: FastifyReply): Promise<Buffer> {
    const startedAt = performance.now();
    request.dialect = 'v2';
    checkAccept(request.headers.accept);
    const facts = this.factsOf(request);
    const reading = await this.read(target, request, facts);
    const records = await this.intake.take(reading, {
      waitMs: facts.preference.waitMs,
      startedAt,
      releaseBody: () => request.releaseBody(),
    });
    const { status, body } = produceAnswer(records);
    const { applied } = facts.preference;
    reply.code(status).header('content-type', wantedV2Type(request.headers.accept));
    if (applied !== null) reply.header('preference-applied', applied);
    if (records.every(({ duplicate }) => duplicate)) reply.header('idempotent-replayed', 'true');
    return jsonBytes(body);
  }

  /** Strimzi's `?async=true` is the wish not to wait. Any other parameter could change the record's fate. */
  private factsOf(request: FastifyRequest): RequestFacts {
    const facts = requestFacts(request, this.configuration.bridge.http.confirmWaitMs);
    const { async, ...others } = request.query as Readonly<Record<string, unknown>>;
    const known = async === undefined || async === 'true' || async === 'false';
    if (!known || Object.keys(others).length > 0) {
      throw new ProblemError('unknown_parameter', 'This route has no query parameter but async');
    }
    if (async !== 'true') return facts;
    return { ...facts, preference: { ...facts.preference, waitMs: 0, async: true } };
  }

  private async read(
    { topic, partition }: Target,
    request: FastifyRequest,
    { caller, idempotencyKey, trace }: RequestFacts,
  ): Promise<Reading> {
    const { http, topics, delivery } = this.configuration.bridge;
    const contentType = request.headers['content-type'];
    const format = formatOf(contentType);
    checkTopic(topic, delivery.deadLetterTopic);
    const { bytes, transcoded } = decodeBody(bodyOf(request), contentType, http);
    const rules = { format, partition, now: Date.now(), maxRecords: http.maxRecords };
    const produced = readProduceRequest(bytes, rules);
    const pointer = topics.messageIdPointerOf(topic);
    const ids = produced.map(({ envelope, parts }, index) =>
      atIndex(index, () =>
        recordId({ header: envelope.messageId, pointer, parts, idempotencyKey, index }),
      ),
    );
    const composing = this.composer.compose({
      caller,
      records: produced.map(({ envelope }) => ({ topic, envelope })),
      ids,
      many: true,
      transcoded,
      trace,
      topicMaxAgeMs: TOPIC_MAX_AGE_MS,
    });
    const reading = await composing.catch((error: unknown) => {
      throw namingTopic(error, topic);
    });
    return { ...reading, many: reading.records.length > 1 };
  }
}
