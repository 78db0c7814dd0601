import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { TopicAdmin } from '@bridge/kafka';
import type { FastifyRequest } from 'fastify';
import { checkTopicOf, mayUse } from '../access/index.js';
import { TopicAudit } from '../audit/index.js';
import { ControlBody, refuseQuery } from '../http/index.js';
import { checkVisibleTopic, isHiddenTopic } from '../ingestion/index.js';
import { NewTopicDto } from './new-topic.dto.js';

interface TopicView {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly leader: number | null;
    readonly replicas: readonly number[];
    readonly inSyncReplicas: readonly number[];
  }[];
  readonly config: Readonly<Record<string, string>>;
}

@Controller()
export class TopicsController {
  constructor(
    private readonly topics: TopicAdmin,
    private readonly audit: TopicAudit,
  ) {}

  @Get('topics')
  async list(@Req() request: FastifyRequest): Promise<readonly string[]> {
    refuseQuery(request);
    return (await this.topics.list()).filter(
      (topic) => !isHiddenTopic(topic) && mayUse(request.caller, topic),
    );
  }

  @Get('topics/:topic')
  async describe(
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
  ): Promise<TopicView> {
    refuseQuery(request);
    checkVisibleTopic(topic);
    return this.topics.describe(topic);
  }

  @Post('admin/topics')
  @HttpCode(201)
  async create(
    @ControlBody(NewTopicDto) dto: NewTopicDto,
    @Req() request: FastifyRequest,
  ): Promise<{
    readonly success: true;
    readonly topic: string;
    readonly partitions: number;
    readonly replicationFactor: number;
  }> {
    const topic = dto.topic_name ?? dto.topic;
    const partitions = dto.partitions_count ?? dto.partitions;
    const replicationFactor = dto.replication_factor ?? dto.replicationFactor;
    checkVisibleTopic(topic);
    checkTopicOf(request.caller, topic);
    const config = Object.fromEntries(
      Object.entries(dto.config).map(([name, value]) => [name, String(value)]),
    );
    const wanted = { partitions, replicationFactor, config };
    await this.audit.around(
      { caller: request.caller, action: 'topic_create', topic, wanted },
      async () => this.topics.create({ topic, ...wanted }),
    );
    return { success: true, topic, partitions, replicationFactor };
  }
}
