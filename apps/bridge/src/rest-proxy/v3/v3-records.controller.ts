import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../../config/bridge.config.js';
import { StreamedBodies, type BodyPieces } from '../../http/index.js';
import { decodeBody, requestFacts, type RequestFacts } from '../../ingestion/index.js';
import {
  problemOf,
  ProblemError,
  restProxyRecordError,
  type ProblemCode,
} from '../../problem/index.js';
import { AnswerLines } from './answer-lines.js';
import { ClusterIdentity } from './cluster-identity.js';
import type { RecordAnswer, Target } from './record-answer.js';
import { problemOfRecord } from './record-problem.js';
import { readRecordObject } from './record-request.js';
import { readRecords, type StreamLimits } from './record-stream.js';
import { V3_WAIT_MS, V3Produce } from './v3-produce.js';

/** The limit of the contract for a whole stream. */
const TOTAL_MS = 24 * 3_600_000;
/** As for the body of any other request. */
const RECORD_MS = 30_000;
/** For the client to read the last answer before a connection is closed on which it goes on sending. */
const GRACE_MS = 500;

/** What is told in the stream although no record was taken yet; anything else refuses the request. */
const IN_STREAM: ReadonlySet<ProblemCode> = new Set(['invalid_json', 'payload_too_large']);

/** `POST …/records`: a stream of records, each answered in its turn while the next ones come. */
@Controller('v3/clusters/:cluster/topics/:topic/records')
export class V3RecordsController {
  private readonly limits: StreamLimits;
  private readonly mostWaiting: number;

  constructor(
    private readonly configuration: Configuration,
    private readonly bodies: StreamedBodies,
    private readonly identity: ClusterIdentity,
    private readonly produce: V3Produce,
  ) {
    const { maxBodyBytes, maxRecords } = configuration.bridge.http;
    this.limits = { maxBytes: maxBodyBytes, recordMs: RECORD_MS, totalMs: TOTAL_MS };
    this.mostWaiting = maxRecords;
  }

  @Post()
  @RouteConfig({ needs: 'produce', streamed: true })
  async post(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    // Of a request that is refused nobody reads the rest.
    reply.header('connection', 'close');
    const facts = requestFacts(request, V3_WAIT_MS);
    await this.identity.check(clusterId);
    const body = this.bodies.open(request, TOTAL_MS + GRACE_MS);
    const lines = new AnswerLines(reply.raw, this.mostWaiting);
    try {
      await this.answer({ clusterId, topic }, facts, body.pieces, lines, request, reply);
    } finally {
      body.end();
    }
    await lines.end();
    finish(request, reply);
  }

  private async answer(
    target: Target,
    facts: RequestFacts,
    pieces: BodyPieces,
    lines: AnswerLines,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    let opened = false;
    const open = (): void => {
      if (!opened) begin(reply);
      opened = true;
    };
    const take = (object: Buffer, index: number, release: () => void) =>
      this.take({ target, facts, request, object, index, release });
    try {
      const count = await readRecords(pieces, lines, this.limits, { open, take });
      if (count === 0) throw emptyBody();
    } catch (error) {
      const problem = problemOfRecord(error, request);
      if (!opened && !IN_STREAM.has(problem.code)) throw error;
      open();
      lines.add(Promise.resolve(restProxyRecordError(problem)));
    }
  }

  /** A record that is refused has its answer; only what is no JSON ends the stream. */
  private async take(given: {
    readonly target: Target;
    readonly facts: RequestFacts;
    readonly request: FastifyRequest;
    readonly object: Buffer;
    readonly index: number;
    readonly release: () => void;
  }): Promise<{ readonly answer: Promise<RecordAnswer> }> {
    const { target, facts, request, object, index, release } = given;
    const refusal = (error: unknown): RecordAnswer =>
      restProxyRecordError(problemOfRecord(error, request));
    try {
      const contentType = request.headers['content-type'];
      const { bytes, transcoded } = decodeBody(object, contentType, this.configuration.bridge.http);
      const record = readRecordObject(bytes);
      const begun = { target, facts, index, bytes, record, transcoded, releaseBody: release };
      const { answer } = await this.produce.begin(begun);
      return { answer: answer.catch(refusal).finally(release) };
    } catch (error) {
      release();
      if (problemOf(error)?.code === 'invalid_json') throw error;
      return { answer: Promise.resolve(refusal(error)) };
    }
  }
}

function emptyBody(): ProblemError {
  return new ProblemError('empty_body', 'Payload error. Request body is empty. Data is required.', {
    restProxy: 42206,
  });
}

/** From here on the connection is the stream's. */
function begin(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  reply.raw.flushHeaders();
}

/**
 * Of a client that has sent all of its body by then, the connection is as good as any: its next request may be on it
 * already, and must not be lost.
 */
function finish({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): void {
  response.end(() => {
    if (request.complete) return;
    setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, GRACE_MS).unref();
  });
}
