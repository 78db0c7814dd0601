import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TopicAdmin } from '@bridge/kafka';
import { isHiddenTopic } from '../../ingestion/index.js';
import { ProblemError } from '../../problem/index.js';
import { ClusterTopics } from '../cluster-topics.js';
import { partitionOfPath } from '../partition-of-path.js';
import { answerV3, resourcesFor } from './answer-v3.js';
import { ClusterIdentity } from './cluster-identity.js';
import { topicPath } from './resources.js';

/** What the third version can be asked about topics. */
@Controller('v3/clusters/:cluster/topics')
export class V3TopicsController {
  constructor(
    private readonly identity: ClusterIdentity,
    private readonly cluster: ClusterTopics,
    private readonly topics: TopicAdmin,
  ) {}

  @Get()
  async list(
    @Param('cluster') clusterId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const resources = resourcesFor(request, clusterId);
    const data = (await this.cluster.all(request.caller)).map((one) =>
      resources.topic(one, isHiddenTopic(one.topic)),
    );
    return answerV3(reply, resources.list('KafkaTopicList', '/topics', data));
  }

  @Get(':topic')
  async get(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const partitions = await this.cluster.partitions(topic, 40403);
    const resources = resourcesFor(request, clusterId);
    return answerV3(reply, resources.topic({ topic, partitions }, isHiddenTopic(topic)));
  }

  @Get(':topic/partitions')
  async partitions(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const partitions = await this.cluster.partitions(topic, 40403);
    const resources = resourcesFor(request, clusterId);
    const data = partitions.map((one) => resources.partition(topic, one));
    const path = `${topicPath(topic)}/partitions`;
    return answerV3(reply, resources.list('KafkaPartitionList', path, data));
  }

  @Get(':topic/partitions/:partition')
  async partition(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Param('partition') partition: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const one = await this.cluster.partition(topic, partitionOfPath(partition), 40403);
    return answerV3(reply, resourcesFor(request, clusterId).partition(topic, one));
  }

  @Get(':topic/partitions/:partition/replicas')
  async replicas(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Param('partition') partition: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const one = await this.cluster.partition(topic, partitionOfPath(partition), 40403);
    const resources = resourcesFor(request, clusterId);
    const data = one.replicas.map((broker) => resources.replica(topic, broker, one));
    const path = `${topicPath(topic)}/partitions/${one.partition}/replicas`;
    return answerV3(reply, resources.list('KafkaReplicaList', path, data));
  }

  @Get(':topic/configs')
  async settings(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const settings = await this.cluster.of(topic, 40403, () => this.topics.settings(topic));
    const resources = resourcesFor(request, clusterId);
    const data = settings.map((setting) => resources.setting(topic, setting));
    const path = `${topicPath(topic)}/configs`;
    return answerV3(reply, resources.list('KafkaTopicConfigList', path, data));
  }

  @Get(':topic/configs/:name')
  async setting(
    @Param('cluster') clusterId: string,
    @Param('topic') topic: string,
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    await this.identity.check(clusterId);
    const settings = await this.cluster.of(topic, 40403, () => this.topics.settings(topic));
    const found = settings.find((setting) => setting.name === name);
    if (found === undefined) throw new ProblemError('not_found', 'HTTP 404 Not Found');
    return answerV3(reply, resourcesFor(request, clusterId).setting(topic, found));
  }
}
