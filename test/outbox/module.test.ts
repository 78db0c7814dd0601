import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { openOutbox, OutboxModule, OutboxStore, type OutboxOptions } from '@bridge/outbox';
import { temporaryFolder } from './engines.js';
import { accepted, invoice } from './records.js';

describe('the module of the outbox', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('opens the outbox before whoever injects it and closes it at the end', async () => {
    const options = { url: `sqlite:${join(folder, 'outbox.db')}`, ballastBytes: 0 };

    abstract class Settings {
      abstract readonly outbox: OutboxOptions;
    }
    @Module({
      providers: [{ provide: Settings, useValue: { outbox: options } }],
      exports: [Settings],
    })
    class SettingsModule {}
    @Injectable()
    class Edge {
      constructor(readonly store: OutboxStore) {}
    }
    const outbox = OutboxModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: (settings: Settings) => settings.outbox,
    });

    const application = await Test.createTestingModule({
      imports: [outbox],
      providers: [Edge],
    }).compile();
    await application.init();
    const { store } = application.get(Edge);
    await accepted(store, invoice('a'));
    await expect(openOutbox(options)).rejects.toMatchObject({ code: 'storage_locked' });
    await application.close();
    await expect(store.accept([invoice('b')])).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    const again = await openOutbox(options);
    expect(again.stats().rows.pending).toBe(1);
    await again.close();
  });
});
