import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../config/bridge.config.js';
import { essenceOf, refuseQuery } from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import type { Answer, AnswerBody } from './answer.js';
import { IngestionService } from './ingestion.service.js';
import { POST_MEDIA_TYPES, RECORD_MEDIA_TYPES } from './media-type.js';
import { OtherLanguages } from './other-languages.js';
import { bodyOf, requestFacts } from './request-facts.js';
import type { Submission } from './submission.js';

/** `POST /topics/:topic` and `POST /transactions`: where records enter. */
@Controller()
export class IngestionController {
  constructor(
    private readonly ingestion: IngestionService,
    private readonly languages: OtherLanguages,
    private readonly configuration: Configuration,
  ) {}

  @Post('topics/:topic')
  @RouteConfig({ needs: 'produce', mediaTypes: POST_MEDIA_TYPES })
  async post(
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const startedAt = performance.now();
    const other = this.languages.of(request);
    if (other !== null) return other.post(topic, request, reply);
    refuseOtherTypes(request);
    return answered(await this.ingestion.post(topic, this.submission(request, startedAt)), reply);
  }

  @Post('transactions')
  @RouteConfig({ needs: 'produce' })
  async postTransaction(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerBody> {
    const submission = this.submission(request, performance.now());
    return answered(await this.ingestion.postTransaction(submission), reply);
  }

  private submission(request: FastifyRequest, startedAt: number): Submission {
    refuseQuery(request);
    return {
      body: bodyOf(request),
      contentType: request.headers['content-type'],
      rawHeaders: request.raw.rawHeaders,
      ...requestFacts(request, this.configuration.bridge.http.confirmWaitMs),
      startedAt,
      releaseBody: () => request.releaseBody(),
    };
  }
}

function answered({ status, headers, body }: Answer, reply: FastifyReply): AnswerBody {
  reply.code(status).headers(headers);
  return body;
}

/** The route lets a body of no type in because another language may claim it by what it holds; this one does not. */
function refuseOtherTypes(request: FastifyRequest): void {
  const contentType = request.headers['content-type'];
  // Nothing at all is told as an empty body, like an empty body of a known type.
  if (contentType === undefined && bodyOf(request).length === 0) return;
  if (RECORD_MEDIA_TYPES.includes(essenceOf(contentType))) return;
  throw new ProblemError(
    'unsupported_media_type',
    `Use Content-Type: ${RECORD_MEDIA_TYPES.join(', ')}`,
  );
}
