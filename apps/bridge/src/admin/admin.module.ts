import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { KafkaWiring } from '../kafka.module.js';
import { Reveals } from '../messages/index.js';
import { RelayModule } from '../relay/index.js';
import { StorageWiring } from '../storage.module.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { TopicsController } from './topics.controller.js';

/** RelayModule is imported for the order of the shutdown: a replay must not come after the relay has stopped. */
@Module({
  imports: [RelayModule, StorageWiring, KafkaWiring, AuditModule],
  controllers: [TopicsController, DeadLettersController],
  providers: [Reveals],
})
export class AdminModule {}
