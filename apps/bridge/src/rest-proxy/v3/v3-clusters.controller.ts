import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TopicAdmin, type ClusterView } from '@bridge/kafka';
import { ProblemError } from '../../problem/index.js';
import { answerV3, resourcesFor } from './answer-v3.js';
import { unknownCluster } from './cluster-identity.js';

/** The one cluster that there is, and its brokers. */
@Controller('v3/clusters')
export class V3ClustersController {
  constructor(private readonly topics: TopicAdmin) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const view = await this.topics.cluster();
    const cluster = resourcesFor(request, view.clusterId).cluster(view);
    const self = `${request.protocol}://${request.host}/v3/clusters`;
    return answerV3(reply, {
      kind: 'KafkaClusterList',
      metadata: { self, next: null },
      data: [cluster],
    });
  }

  @Get(':cluster')
  async get(
    @Param('cluster') clusterId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const view = await this.topics.cluster();
    if (view.clusterId !== clusterId) throw notFound();
    return answerV3(reply, resourcesFor(request, clusterId).cluster(view));
  }

  @Get(':cluster/brokers')
  async brokers(
    @Param('cluster') clusterId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { brokers } = await this.view(clusterId);
    const resources = resourcesFor(request, clusterId);
    const all = brokers.toSorted((a, b) => a.nodeId - b.nodeId);
    const data = all.map((broker) => resources.broker(broker));
    return answerV3(reply, resources.list('KafkaBrokerList', '/brokers', data));
  }

  @Get(':cluster/brokers/:broker')
  async broker(
    @Param('cluster') clusterId: string,
    @Param('broker') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { brokers } = await this.view(clusterId);
    const found = brokers.find(({ nodeId }) => String(nodeId) === id);
    if (found === undefined) throw notFound();
    return answerV3(reply, resourcesFor(request, clusterId).broker(found));
  }

  private async view(clusterId: string): Promise<ClusterView> {
    const view = await this.topics.cluster();
    if (view.clusterId !== clusterId) throw unknownCluster(clusterId);
    return view;
  }
}

function notFound(): ProblemError {
  return new ProblemError('not_found', 'HTTP 404 Not Found');
}
