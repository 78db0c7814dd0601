import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { REST_PROXY_MEDIA_TYPES } from '../../http/index.js';
import { partitionOfPath } from '../partition-of-path.js';
import { V2Produce } from './v2-produce.js';

/** `POST /topics/:topic/partitions/:partition`, which only the Kafka REST Proxy has. */
@Controller('topics/:topic/partitions/:partition')
export class V2ProduceController {
  constructor(private readonly produce: V2Produce) {}

  @Post()
  @RouteConfig({ needs: 'produce', mediaTypes: ['application/json', ...REST_PROXY_MEDIA_TYPES] })
  async post(
    @Param('topic') topic: string,
    @Param('partition') partition: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    return this.produce.produce({ topic, partition: partitionOfPath(partition) }, request, reply);
  }
}
