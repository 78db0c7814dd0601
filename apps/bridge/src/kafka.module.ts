import { Module } from '@nestjs/common';
import { KafkaModule } from '@bridge/kafka';
import { Configuration } from './config/bridge.config.js';
import { kafkaOptions } from './kafka-options.js';

/** The connections of this process to Kafka, made once. They close after everything that imports this. */
@Module({
  imports: [
    KafkaModule.forRootAsync({
      inject: [Configuration],
      useFactory: ({ bridge }: Configuration) => kafkaOptions(bridge.kafka),
    }),
  ],
  exports: [KafkaModule],
})
export class KafkaWiring {}
