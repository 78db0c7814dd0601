import { Module, type DynamicModule } from '@nestjs/common';
import { StorageWiring } from '../storage.module.js';
import { LogLevelController } from './log-level.controller.js';
import { LogThreshold } from './log-threshold.js';

/** How much is told in the log. */
@Module({})
export class LoggingModule {
  static forRoot(threshold: LogThreshold): DynamicModule {
    return {
      module: LoggingModule,
      imports: [StorageWiring],
      controllers: [LogLevelController],
      providers: [{ provide: LogThreshold, useValue: threshold }],
    };
  }
}
