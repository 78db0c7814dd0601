import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../config/bridge.config.js';
import type { Answer, AnswerBody } from './answer.js';
import { IngestionService } from './ingestion.service.js';
import { RECORD_MEDIA_TYPES } from './media-type.js';
import { readSubmission } from './read-submission.js';

/** `POST /topics/:topic` and `POST /transactions`: where records enter. */
@Controller()
export class IngestionController {
  constructor(
    private readonly ingestion: IngestionService,
    private readonly configuration: Configuration,
  ) {}

  @Post('topics/:topic')
  @RouteConfig({ mediaTypes: RECORD_MEDIA_TYPES })
  async post(
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerBody> {
    const submission = readSubmission(request, this.configuration.bridge.http.confirmWaitMs);
    return answered(await this.ingestion.post(topic, submission), reply);
  }

  @Post('transactions')
  async postTransaction(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnswerBody> {
    const submission = readSubmission(request, this.configuration.bridge.http.confirmWaitMs);
    return answered(await this.ingestion.postTransaction(submission), reply);
  }
}

function answered({ status, headers, body }: Answer, reply: FastifyReply): AnswerBody {
  reply.code(status).headers(headers);
  return body;
}
