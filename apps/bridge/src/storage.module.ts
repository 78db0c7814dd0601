import { Module } from '@nestjs/common';
import { Meters } from '@bridge/metrics';
import { OutboxModule } from '@bridge/outbox';
import { Configuration } from './config/bridge.config.js';
import { MetersModule } from './meters.module.js';

/** The outbox of this process, opened once. It closes after everything that imports this. */
@Module({
  imports: [
    OutboxModule.forRootAsync({
      imports: [MetersModule],
      inject: [Configuration, Meters],
      useFactory: ({ bridge }: Configuration, meters: Meters) => ({
        url: bridge.outbox.url,
        ballastBytes: bridge.outbox.ballastBytes,
        onCommit: (ms: number, changes: number) => meters.storageCommitted(ms, changes),
        ...(bridge.outbox.valueKeys === null ? {} : { valueKeys: bridge.outbox.valueKeys }),
      }),
    }),
  ],
  exports: [OutboxModule],
})
export class StorageWiring {}
