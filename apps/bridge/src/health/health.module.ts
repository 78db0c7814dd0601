import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { IngestionModule } from '../ingestion/index.js';
import { RelayModule } from '../relay/index.js';
import { StorageWiring } from '../storage.module.js';
import { HealthController } from './health.controller.js';
import { Indicators } from './indicators.js';
import { Readiness } from './readiness.js';

/** Terminus' own log is off: it would write a line a probe; changes are logged where they happen. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), IngestionModule, RelayModule, StorageWiring],
  controllers: [HealthController],
  providers: [Indicators, Readiness],
  exports: [Readiness],
})
export class HealthModule {}
