import {
  Inject,
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { openOutbox, type OutboxOptions } from './open-outbox.js';
import { OutboxStore } from './outbox.store.js';

export interface OutboxAsyncOptions {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly inject: NonNullable<FactoryProvider['inject']>;
  readonly useFactory: (...args: never[]) => OutboxOptions | Promise<OutboxOptions>;
}

/** The outbox, open before anything that injects it is made, closed after everything that imports it has stopped. */
@Module({})
export class OutboxModule implements OnApplicationShutdown {
  constructor(@Inject(OutboxStore) private readonly store: OutboxStore) {}

  static forRootAsync({ imports = [], inject, useFactory }: OutboxAsyncOptions): DynamicModule {
    const factory = useFactory as (...args: unknown[]) => OutboxOptions | Promise<OutboxOptions>;
    return {
      module: OutboxModule,
      imports,
      providers: [
        {
          provide: OutboxStore,
          inject,
          useFactory: async (...args: unknown[]) => openOutbox(await factory(...args)),
        },
      ],
      exports: [OutboxStore],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
