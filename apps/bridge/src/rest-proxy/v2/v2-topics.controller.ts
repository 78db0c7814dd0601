import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { RouteConstraints } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TopicAdmin } from '@bridge/kafka';
import { FOR_REST_PROXY } from '../../http/index.js';
import { wantedV2Type } from '../../problem/index.js';
import { ClusterTopics } from '../cluster-topics.js';
import { jsonBytes } from '../json-bytes.js';
import { checkAccept } from './media.js';
import { partitionOfPath } from '../partition-of-path.js';
import { partitionView, topicView } from './topics-view.js';

/** What the second version can be asked about the cluster. */
@Controller()
export class V2TopicsController {
  constructor(
    private readonly cluster: ClusterTopics,
    private readonly topics: TopicAdmin,
  ) {}

  /** The same names as the bridge's own route gives; only the type of the answer differs. */
  @Get('topics')
  @RouteConstraints(FOR_REST_PROXY)
  async list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(request, reply, () => this.cluster.names(request.caller));
  }

  @Get('topics/:topic')
  @RouteConstraints(FOR_REST_PROXY)
  async describe(
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answer(request, reply, async () => {
      const partitions = await this.cluster.partitions(topic, 40403);
      const settings = await this.cluster.of(topic, 40403, () => this.topics.settings(topic));
      return topicView(topic, settings, partitions);
    });
  }

  @Get('topics/:topic/partitions')
  async partitions(
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answer(request, reply, async () =>
      (await this.cluster.partitions(topic, 40401)).map(partitionView),
    );
  }

  @Get('topics/:topic/partitions/:partition')
  async partition(
    @Param('topic') topic: string,
    @Param('partition') partition: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answer(request, reply, async () => {
      const number = partitionOfPath(partition);
      return partitionView(await this.cluster.partition(topic, number, 40401));
    });
  }

  @Get('topics/:topic/partitions/:partition/offsets')
  async offsets(
    @Param('topic') topic: string,
    @Param('partition') partition: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return answer(request, reply, async () => {
      const number = partitionOfPath(partition);
      await this.cluster.partition(topic, number, 40401);
      const { beginning, end } = await this.topics.bounds(topic, number);
      return { beginning_offset: Number(beginning), end_offset: Number(end) };
    });
  }

  @Get('brokers')
  async brokers(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(request, reply, async () => {
      const { brokers } = await this.topics.cluster();
      return { brokers: brokers.map(({ nodeId }) => nodeId).toSorted((a, b) => a - b) };
    });
  }

  /** Says only that the server is there, as every server of this contract does. */
  @Get()
  root(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(request, reply, () => Promise.resolve({}));
  }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  ask: () => Promise<unknown>,
): Promise<Buffer> {
  checkAccept(request.headers.accept);
  const body = await ask();
  reply.header('content-type', wantedV2Type(request.headers.accept));
  return jsonBytes(body);
}
