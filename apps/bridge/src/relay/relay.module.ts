import { Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Ledger, PlainProducer, TopicAdmin, TransactionalProducers } from '@bridge/kafka';
import { Meters } from '@bridge/metrics';
import { OutboxStore, type Share } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { KafkaWiring } from '../kafka.module.js';
import { MetersModule } from '../meters.module.js';
import { StorageWiring } from '../storage.module.js';
import { NO_TRACING, Tracing, TracingModule } from '../tracing/index.js';
import { assemble, type RelayPorts } from './assemble.js';
import { Clock, SystemClock } from './clock.js';
import { DirectDelivery, KafkaDirectDelivery } from './direct-delivery.js';
import { RelayControl, RelayStatus } from './relay-status.js';
import { SettledElsewhere } from './settled-elsewhere.js';
import { Settlements } from './settlements.js';
import { SharedRelay } from './shared-relay.js';
import { Sweeper } from './sweeper.js';

/** Takes accepted records from the outbox to Kafka. Its face: `index.ts`. */
@Module({
  imports: [ScheduleModule.forRoot(), StorageWiring, KafkaWiring, MetersModule, TracingModule],
  providers: [
    Settlements,
    Sweeper,
    { provide: Clock, useClass: SystemClock },
    { provide: DirectDelivery, useClass: KafkaDirectDelivery },
    {
      provide: RelayControl,
      inject: [
        Configuration,
        OutboxStore,
        TransactionalProducers,
        PlainProducer,
        Ledger,
        TopicAdmin,
        Settlements,
        Clock,
        Meters,
        Tracing,
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
        meter: Meters,
        tracing: Tracing,
      ): RelayControl => {
        const own = { store, producers, plain, ledger, topics, settlements, clock, meter };
        const ports = tracing === NO_TRACING ? own : { ...own, tracing };
        const { delivery } = configuration.bridge;
        const { leases } = store;
        if (leases === null) return assemble(ports, delivery);
        const relayOf = (share: Share) => assemble(ports, delivery, share);
        const elsewhere = new SettledElsewhere(store, settlements);
        return new SharedRelay({ store, leases, topics, clock, elsewhere, relayOf });
      },
    },
    { provide: RelayStatus, useExisting: RelayControl },
  ],
  exports: [RelayStatus, Settlements, DirectDelivery],
})
export class RelayModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly relay: RelayControl,
    private readonly settlements: Settlements,
    private readonly configuration: Configuration,
  ) {}

  onApplicationBootstrap(): void {
    if (this.configuration.bridge.outbox.enabled) this.relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
    this.settlements.releaseAll();
  }
}
