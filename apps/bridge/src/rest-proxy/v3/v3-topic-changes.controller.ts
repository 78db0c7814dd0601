import { Controller, Delete, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TopicAdmin, type NewTopic } from '@bridge/kafka';
import { checkTopicOf } from '../../access/index.js';
import { TopicAudit } from '../../audit/index.js';
import { Configuration } from '../../config/bridge.config.js';
import { bodyOf, checkTopic, checkVisibleTopic } from '../../ingestion/index.js';
import { ProblemError } from '../../problem/index.js';
import { ClusterTopics } from '../cluster-topics.js';
import { answerCreated, answerV3, resourcesFor } from './answer-v3.js';
import { ClusterIdentity } from './cluster-identity.js';
import { readNewTopic, readPartitionsCount } from './topic-request.js';

/** Topics made, enlarged and deleted. Kafka's own and the bridge's own topics are out of reach. */
@Controller('v3/clusters/:cluster/topics')
export class V3TopicChangesController {
  constructor(
    private readonly configuration: Configuration,
    private readonly identity: ClusterIdentity,
    private readonly cluster: ClusterTopics,
    private readonly topics: TopicAdmin,
    private readonly audit: TopicAudit,
  ) {}

  @Post()
  async create(
    @Param('cluster') clusterId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    await this.identity.check(clusterId);
    const wanted = readNewTopic(bodyOf(request));
    const { topic, ...rest } = wanted;
    const { caller } = request;
    checkName(topic);
    checkTopicOf(caller, topic);
    const resources = resourcesFor(request, clusterId);
    if (wanted.validateOnly === true) {
      await this.topics.create(wanted);
      reply.code(200);
      return answerV3(reply, resources.topic({ topic, partitions: planned(wanted) }, false));
    }
    await this.audit.around({ caller, action: 'topic_create', topic, wanted: rest }, async () =>
      this.topics.create(wanted),
    );
    const partitions = await this.cluster.partitions(topic, 40403);
    return answerCreated(reply, resources.topic({ topic, partitions }, false));
  }

  @Patch(':topic')
  async enlarge(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    await this.identity.check(clusterId);
    const count = readPartitionsCount(bodyOf(request));
    await this.cluster.of(topic, 40403, async () => {
      checkTopic(topic, this.configuration.bridge.delivery.deadLetterTopic);
      const { caller } = request;
      const wanted = { partitions: count };
      await this.audit.around({ caller, action: 'topic_change', topic, wanted }, async () =>
        this.topics.addPartitions(topic, count),
      );
    });
    const partitions = await this.cluster.partitions(topic, 40403);
    return answerV3(reply, resourcesFor(request, clusterId).topic({ topic, partitions }, false));
  }

  @Delete(':topic')
  @HttpCode(204)
  async delete(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() { caller }: FastifyRequest,
  ): Promise<void> {
    await this.identity.check(clusterId);
    await this.cluster.of(topic, 40403, async () => {
      checkTopic(topic, this.configuration.bridge.delivery.deadLetterTopic);
      await this.audit.around({ caller, action: 'topic_delete', topic, wanted: {} }, async () =>
        this.topics.delete(topic),
      );
    });
  }
}

function checkName(topic: string): void {
  try {
    checkVisibleTopic(topic);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'invalid_topic') throw error;
    throw new ProblemError('invalid_topic', 'Payload error. Invalid topic name.', { cause: error });
  }
}

/** What Kafka would make, as far as the request says it. */
function planned({ partitions, replicationFactor, assignments = [] }: NewTopic) {
  const count = assignments.length > 0 ? assignments.length : (partitions ?? 0);
  return Array.from({ length: count }, (_, partition) => ({
    partition,
    leader: null,
    replicas: assignments[partition]?.replicas ?? Array<number>(replicationFactor ?? 0).fill(-1),
    inSyncReplicas: [],
  }));
}
