import { Module, type OnModuleDestroy } from '@nestjs/common';
import { HttpModule } from '../http/index.js';
import { KafkaWiring } from '../kafka.module.js';
import { MetersModule } from '../meters.module.js';
import { RelayModule, Settlements } from '../relay/index.js';
import { StorageWiring } from '../storage.module.js';
import { AdmissionGate } from './admission.gate.js';
import { IngestionController } from './ingestion.controller.js';
import { IngestionService } from './ingestion.service.js';
import { Intake } from './intake.js';
import { OtherLanguages } from './other-languages.js';
import { Quotas } from './quotas.js';
import { RecordComposer } from './record-composer.js';
import { RecordReader } from './record-reader.js';

@Module({
  imports: [HttpModule, RelayModule, StorageWiring, KafkaWiring, MetersModule],
  controllers: [IngestionController],
  providers: [
    IngestionService,
    RecordReader,
    RecordComposer,
    OtherLanguages,
    Intake,
    AdmissionGate,
    Quotas,
  ],
  exports: [AdmissionGate, Intake, OtherLanguages, RecordComposer],
})
export class IngestionModule implements OnModuleDestroy {
  constructor(private readonly settlements: Settlements) {}

  /** The records are durable: who waits is told so now, before the server closes. */
  onModuleDestroy(): void {
    this.settlements.releaseAll();
  }
}
