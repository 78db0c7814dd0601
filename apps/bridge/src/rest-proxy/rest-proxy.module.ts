import { Module, type OnModuleInit } from '@nestjs/common';
import { IngestionModule, OtherLanguages } from '../ingestion/index.js';
import { KafkaWiring } from '../kafka.module.js';
import { ClusterTopics } from './cluster-topics.js';
import { V2ProduceController } from './v2/v2-produce.controller.js';
import { V2Produce } from './v2/v2-produce.js';
import { V2TopicsController } from './v2/v2-topics.controller.js';

/** The wire contracts of the Kafka REST Proxy, second and third version, over the same outbox. */
@Module({
  imports: [IngestionModule, KafkaWiring],
  controllers: [V2ProduceController, V2TopicsController],
  providers: [ClusterTopics, V2Produce],
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
