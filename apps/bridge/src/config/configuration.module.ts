import { Module, type DynamicModule } from '@nestjs/common';
import { Configuration, type BridgeConfig } from './bridge.config.js';

/** Makes the configuration of this process injectable everywhere; it is the one thing that every module may need. */
@Module({})
export class ConfigurationModule {
  static forRoot(bridge: BridgeConfig): DynamicModule {
    return {
      module: ConfigurationModule,
      global: true,
      providers: [{ provide: Configuration, useValue: { bridge } satisfies Configuration }],
      exports: [Configuration],
    };
  }
}
