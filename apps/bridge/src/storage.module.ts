import { Module } from '@nestjs/common';
import { OutboxModule } from '@bridge/outbox';
import { Configuration } from './config/bridge.config.js';

/** The outbox of this process, opened once. It closes after everything that imports this. */
@Module({
  imports: [
    OutboxModule.forRootAsync({
      inject: [Configuration],
      useFactory: ({ bridge }: Configuration) => ({
        url: bridge.outbox.url,
        ballastBytes: bridge.outbox.ballastBytes,
        ...(bridge.outbox.valueKeys === null ? {} : { valueKeys: bridge.outbox.valueKeys }),
      }),
    }),
  ],
  exports: [OutboxModule],
})
export class StorageWiring {}
