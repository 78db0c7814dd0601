import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Ledger, PlainProducer, TopicAdmin, TransactionalProducers } from '@bridge/kafka';
import { OutboxStore } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { KafkaWiring } from '../kafka.module.js';
import { StorageWiring } from '../storage.module.js';
import { assemble, type RelayPorts } from './assemble.js';
import { Clock, SystemClock } from './clock.js';
import { DirectDelivery, KafkaDirectDelivery } from './direct-delivery.js';
import { RelayStatus } from './relay-status.js';
import { Relay } from './relay.js';
import { Settlements } from './settlements.js';
import { Sweeper } from './sweeper.js';

/** Takes accepted records from the outbox to Kafka. Its face: `index.ts`. */
@Module({
  imports: [ScheduleModule.forRoot(), StorageWiring, KafkaWiring],
  providers: [
    Settlements,
    Sweeper,
    { provide: Clock, useClass: SystemClock },
    { provide: DirectDelivery, useClass: KafkaDirectDelivery },
    {
      provide: Relay,
      inject: [
        Configuration,
        OutboxStore,
        TransactionalProducers,
        PlainProducer,
        Ledger,
        TopicAdmin,
        Settlements,
        Clock,
      ],
      useFactory: (
        configuration: Configuration,
        store: RelayPorts['store'],
        producers: RelayPorts['producers'],
        plain: RelayPorts['plain'],
        ledger: RelayPorts['ledger'],
        topics: RelayPorts['topics'],
        settlements: Settlements,
        clock: Clock,
      ) =>
        assemble(
          { store, producers, plain, ledger, topics, settlements, clock },
          configuration.bridge.delivery,
        ),
    },
    { provide: RelayStatus, useExisting: Relay },
  ],
  exports: [RelayStatus, Settlements, DirectDelivery],
})
export class RelayModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly relay: Relay,
    private readonly configuration: Configuration,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.bridge.outbox.enabled) this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
