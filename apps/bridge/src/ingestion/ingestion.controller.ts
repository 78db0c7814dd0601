import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../config/bridge.config.js';
import { ProblemError } from '../problem/index.js';
import type { AnswerBody } from './answer.js';
import { IngestionService } from './ingestion.service.js';
import { RECORD_MEDIA_TYPES } from './media-type.js';
import { readPreference } from './preference.js';
import { isTraceParent } from './trace-parent.js';

/** `POST /topics/:topic`: where a record enters. */
@Controller('topics')
export class IngestionController {
  constructor(
    private readonly ingestion: IngestionService,
    private readonly configuration: Configuration,
  ) {}

  @Post(':topic')
  @RouteConfig({ mediaTypes: RECORD_MEDIA_TYPES })
  async post(
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerBody> {
    const startedAt = performance.now();
    refuseQuery(request);
    const { status, headers, body } = await this.ingestion.post({
      topic,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      contentType: request.headers['content-type'],
      rawHeaders: request.raw.rawHeaders,
      idempotencyKey: idempotencyKeyOf(request),
      traceParent: traceParentOf(request),
      preference: readPreference(preferOf(request), this.configuration.bridge.http.confirmWaitMs),
      startedAt,
      releaseBody: () => request.releaseBody(),
    });
    reply.code(status).headers(headers);
    return body;
  }
}

/** A parameter that is not known must not be ignored: `?acks=0` or `?key=…` would change the record's fate. */
function refuseQuery(request: FastifyRequest): void {
  if (request.url.includes('?')) {
    throw new ProblemError('unknown_parameter', 'This route has no query parameters');
  }
}

function idempotencyKeyOf(request: FastifyRequest): string | null {
  const value = request.headers['idempotency-key'];
  if (value === undefined) return null;
  // Node joins repeated headers with a comma; which of two ids was meant cannot be known.
  const given = request.raw.headersDistinct['idempotency-key'] ?? [];
  if (given.length > 1) throw new ProblemError('duplicate_header', 'Idempotency-Key stands twice');
  return given[0] ?? null;
}

function traceParentOf(request: FastifyRequest): string | null {
  const value = request.headers['traceparent'];
  return typeof value === 'string' && isTraceParent(value) ? value : null;
}

function preferOf(request: FastifyRequest): string | undefined {
  const value = request.headers['prefer'];
  return typeof value === 'string' ? value : undefined;
}
