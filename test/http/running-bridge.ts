import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleLogger, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TopicAdmin } from '@bridge/kafka';
import { OutboxStore } from '@bridge/outbox';
import { freePorts } from '../../dev/free-ports.js';
import { Door, Tokens } from '../../apps/bridge/src/access/index.js';
import { auditKeys } from '../../apps/bridge/src/audit/index.js';
import { AppModule } from '../../apps/bridge/src/app.module.js';
import { readEnvironment } from '../../apps/bridge/src/config/environment.js';
import {
  createHttpAdapter,
  HTTP_TIMEOUTS,
  type HttpTimeouts,
} from '../../apps/bridge/src/http/index.js';
import {
  DirectDelivery,
  RelayModule,
  RelayStatus,
  Settlements,
} from '../../apps/bridge/src/relay/index.js';
import { HandRelay, MemoryDelivery, MemoryRelayStatus, MemoryTopics } from './memory-ports.js';

@Module({
  providers: [
    Settlements,
    { provide: RelayStatus, useClass: MemoryRelayStatus },
    { provide: DirectDelivery, useClass: MemoryDelivery },
  ],
  exports: [Settlements, RelayStatus, DirectDelivery],
})
class HandRelayModule {}

/** The bridge over a real SQLite outbox and real sockets; only what lies beyond the ports to Kafka is in memory. */
export interface RunningBridge {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly url: string;
  readonly store: OutboxStore;
  readonly relay: HandRelay;
  readonly topics: MemoryTopics;
  readonly status: MemoryRelayStatus;
  readonly delivery: MemoryDelivery;
  readonly keysPath: string;
  readonly outboxUrl: string;
  /** As it does every second. */
  lookAtKeys(): void;
  /** As it does every two seconds. */
  lookAtCertificate(): void;
  stop(): Promise<void>;
}

export async function startBridge(
  environment: Readonly<Record<string, string>> = {},
  timeouts: HttpTimeouts = HTTP_TIMEOUTS,
): Promise<RunningBridge> {
  const folder = await mkdtemp(join(tmpdir(), 'ponte-http-'));
  const config = readEnvironment({
    OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
    OUTBOX_BALLAST: '0',
    KEYS_PATH: join(folder, 'keys.json'),
    ...environment,
  });
  const topics = new MemoryTopics();
  const testing = await Test.createTestingModule({ imports: [AppModule.forRoot(config)] })
    .overrideModule(RelayModule)
    .useModule(HandRelayModule)
    .overrideProvider(TopicAdmin)
    .useValue(topics)
    .setLogger(new ConsoleLogger({ logLevels: ['fatal'] }))
    .compile();
  const { path, identities, oidc, rates } = config.access;
  const door = new Door(path, identities, oidc === null ? null : new Tokens(oidc));
  const adapter = createHttpAdapter({ ...config.http, door, rates, timeouts });
  const app = testing.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false });
  const [free = 0] = await freePorts(1);
  await app.listen({ host: '127.0.0.1', port: free });
  const { port } = app.getHttpServer().address() as AddressInfo;
  const store = app.get(OutboxStore, { strict: false });
  auditKeys(door, store);
  door.start();
  let stopped: Promise<void> | null = null;
  return {
    app,
    port,
    url: `${config.http.tls === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    store,
    relay: new HandRelay(store, app.get(Settlements, { strict: false })),
    topics,
    status: app.get<MemoryRelayStatus>(RelayStatus, { strict: false }),
    delivery: app.get<MemoryDelivery>(DirectDelivery, { strict: false }),
    keysPath: config.access.path,
    outboxUrl: config.outbox.url,
    lookAtKeys: () => door.look(),
    lookAtCertificate: () => adapter.certificate?.look(),
    stop: () => {
      door.stop();
      stopped ??= app.close().then(() => rm(folder, { recursive: true, force: true }));
      return stopped;
    },
  };
}
