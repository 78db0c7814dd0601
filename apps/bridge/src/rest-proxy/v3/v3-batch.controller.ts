import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../../config/bridge.config.js';
import { bodyOf, decodeBody, requestFacts } from '../../ingestion/index.js';
import { restProxyRecordError } from '../../problem/index.js';
import { jsonBytes } from '../json-bytes.js';
import { readBatch, type BatchEntry } from './batch-request.js';
import { ClusterIdentity } from './cluster-identity.js';
import { isFailure, type RecordAnswer } from './record-answer.js';
import { problemOfRecord } from './record-problem.js';
import { V3_WAIT_MS, V3Produce } from './v3-produce.js';

interface Settled {
  readonly id: string;
  readonly answer: RecordAnswer;
}

/** `POST …/records:batch`: several records, each accepted or refused for itself. */
@Controller('v3/clusters/:cluster/topics/:topic')
export class V3BatchController {
  constructor(
    private readonly configuration: Configuration,
    private readonly identity: ClusterIdentity,
    private readonly produce: V3Produce,
  ) {}

  // Two colons are how the router writes one.
  @Post('records::batch')
  @RouteConfig({ needs: 'produce' })
  @HttpCode(207)
  async post(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    await this.identity.check(clusterId);
    const { http } = this.configuration.bridge;
    const contentType = request.headers['content-type'];
    const { bytes, transcoded } = decodeBody(bodyOf(request), contentType, http);
    const entries = readBatch(bytes, http.maxRecords);
    const facts = requestFacts(request, V3_WAIT_MS);
    const answers: Promise<Settled>[] = [];
    for (const [index, entry] of entries.entries()) {
      // One after the other, so that records of one key keep the order of the request.
      const { answer } = await this.begin(entry, request, (record) =>
        this.produce.begin({
          target: { clusterId, topic },
          facts,
          index,
          bytes,
          record,
          transcoded,
          releaseBody: () => undefined,
        }),
      );
      answers.push(answer.then((settled) => ({ id: entry.id, answer: settled })));
    }
    request.releaseBody();
    reply.header('content-type', 'application/json');
    return jsonBytes(batchAnswer(await Promise.all(answers)));
  }

  /** Never rejects: a refusal is the answer of its entry. */
  private async begin(
    entry: BatchEntry,
    request: FastifyRequest,
    begin: (
      record: Extract<BatchEntry, { record: unknown }>['record'],
    ) => Promise<{ readonly answer: Promise<RecordAnswer> }>,
  ): Promise<{ readonly answer: Promise<RecordAnswer> }> {
    const refusal = (error: unknown): RecordAnswer =>
      restProxyRecordError(problemOfRecord(error, request));
    if ('refused' in entry) return { answer: Promise.resolve(refusal(entry.refused)) };
    try {
      const { answer } = await begin(entry.record);
      return { answer: answer.catch(refusal) };
    } catch (error) {
      return { answer: Promise.resolve(refusal(error)) };
    }
  }
}

/** A record that is on its way is no failure: posted again it would be doubled. */
function batchAnswer(settled: readonly Settled[]): object {
  const successes = settled
    .filter(({ answer }) => !isFailure(answer))
    .map(({ id, answer }) => {
      const { error_code: code, ...rest } = answer;
      return { id, ...(code === 200 ? {} : { error_code: code }), ...rest };
    });
  const failures = settled
    .filter(({ answer }) => isFailure(answer))
    .map(({ id, answer }) => ({ id, ...answer }));
  return { successes, failures };
}
