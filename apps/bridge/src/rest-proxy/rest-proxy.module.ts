import { Module, type OnModuleInit } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { HttpModule } from '../http/index.js';
import { IngestionModule, OtherLanguages } from '../ingestion/index.js';
import { KafkaWiring } from '../kafka.module.js';
import { ClusterTopics } from './cluster-topics.js';
import { NotImplementedController } from './not-implemented.controller.js';
import { ClusterIdentity } from './v3/cluster-identity.js';
import { V3BatchController } from './v3/v3-batch.controller.js';
import { V3ClustersController } from './v3/v3-clusters.controller.js';
import { V3TopicChangesController } from './v3/v3-topic-changes.controller.js';
import { V3TopicsController } from './v3/v3-topics.controller.js';
import { V3RecordsController } from './v3/v3-records.controller.js';
import { V3Produce } from './v3/v3-produce.js';
import { V2ProduceController } from './v2/v2-produce.controller.js';
import { V2Produce } from './v2/v2-produce.js';
import { V2TopicsController } from './v2/v2-topics.controller.js';

/** The wire contracts of the Kafka REST Proxy, second and third version, over the same outbox. */
@Module({
  imports: [HttpModule, IngestionModule, KafkaWiring, AuditModule],
  controllers: [
    V2ProduceController,
    V2TopicsController,
    V3BatchController,
    V3RecordsController,
    V3ClustersController,
    V3TopicsController,
    V3TopicChangesController,
    NotImplementedController,
  ],
  providers: [ClusterTopics, ClusterIdentity, V2Produce, V3Produce],
})
export class RestProxyModule implements OnModuleInit {
  constructor(
    private readonly languages: OtherLanguages,
    private readonly v2: V2Produce,
  ) {}

  onModuleInit(): void {
    this.languages.add(this.v2);
  }
}
