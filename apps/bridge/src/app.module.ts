import { Module, type DynamicModule } from '@nestjs/common';
import { AlertingModule } from './alerting/index.js';
import { AdminModule } from './admin/index.js';
import type { BridgeConfig } from './config/bridge.config.js';
import { ConfigurationModule } from './config/configuration.module.js';
import { HealthModule } from './health/index.js';
import { IngestionModule } from './ingestion/index.js';
import { LoggingModule, LogThreshold } from './logging/index.js';
import { MessagesModule } from './messages/index.js';
import { MonitoringModule } from './monitoring/index.js';
import { OpenApiModule } from './openapi/index.js';
import { ProblemModule } from './problem/index.js';
import { RelayModule } from './relay/index.js';
import { TracingModule } from './tracing/index.js';
import { RestProxyModule } from './rest-proxy/index.js';

/**
 * The bridge. The imports are the order of the shutdown: features stop before the relay, the relay before
 * the connections to Kafka and the outbox, because Nest ends importers before what they import.
 */
@Module({})
export class AppModule {
  static forRoot(
    bridge: BridgeConfig,
    threshold = new LogThreshold(bridge.logLevel),
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(bridge),
        ProblemModule,
        IngestionModule,
        RestProxyModule,
        MessagesModule,
        AdminModule,
        LoggingModule.forRoot(threshold),
        HealthModule,
        MonitoringModule,
        AlertingModule,
        OpenApiModule,
        RelayModule,
        TracingModule,
      ],
    };
  }
}
