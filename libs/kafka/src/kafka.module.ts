import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AdminConnection } from './admin-connection.js';
import type { Compression } from './codecs.js';
import type { KafkaConnection } from './kafkajs-client.js';
import { KafkaJsLedger } from './kafkajs-ledger.js';
import { KafkaJsPlainProducer } from './kafkajs-plain.producer.js';
import { KafkaJsTopicAdmin } from './kafkajs-topic.admin.js';
import { KafkaJsTransactionalProducers } from './kafkajs-transactional.producer.js';
import { Ledger, PlainProducer, TopicAdmin, TransactionalProducers } from './ports.js';

export interface KafkaOptions extends KafkaConnection {
  readonly compression: Compression;
}

export interface KafkaAsyncOptions {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly inject: NonNullable<FactoryProvider['inject']>;
  readonly useFactory: (...args: never[]) => KafkaOptions | Promise<KafkaOptions>;
}

abstract class Options {
  abstract readonly value: KafkaOptions;
}

/** The ports to Kafka, over kafkajs. Nothing connects before it is first used, so the bridge starts without Kafka. */
@Module({})
export class KafkaModule implements OnApplicationShutdown {
  constructor(
    @Inject(TopicAdmin) private readonly topics: TopicAdmin,
    @Inject(PlainProducer) private readonly plain: PlainProducer,
    @Inject(AdminConnection) private readonly ledgerConnection: AdminConnection,
  ) {}

  static forRootAsync({ imports = [], inject, useFactory }: KafkaAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => KafkaOptions | Promise<KafkaOptions>;
    return {
      module: KafkaModule,
      imports,
      providers: [
        {
          provide: Options,
          inject,
          useFactory: async (...args: unknown[]) => ({ value: await factory(...args) }),
        },
        {
          provide: TransactionalProducers,
          inject: [Options],
          useFactory: ({ value }: Options) =>
            new KafkaJsTransactionalProducers(value, value.compression),
        },
        {
          provide: PlainProducer,
          inject: [Options],
          useFactory: ({ value }: Options) => new KafkaJsPlainProducer(value, value.compression),
        },
        {
          // The ledger has a connection of its own: a slow answer about topics must not hold up a recovery.
          provide: AdminConnection,
          inject: [Options],
          useFactory: ({ value }: Options) => new AdminConnection(value),
        },
        {
          provide: Ledger,
          inject: [AdminConnection],
          useFactory: (connection: AdminConnection) => new KafkaJsLedger(connection),
        },
        {
          provide: TopicAdmin,
          inject: [Options],
          useFactory: ({ value }: Options) => new KafkaJsTopicAdmin(new AdminConnection(value)),
        },
      ],
      exports: [TransactionalProducers, PlainProducer, Ledger, TopicAdmin],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([
      this.topics.close(),
      this.plain.close(),
      this.ledgerConnection.close(),
    ]);
  }
}
