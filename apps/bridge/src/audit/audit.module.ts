import { Module } from '@nestjs/common';
import { StorageWiring } from '../storage.module.js';
import { TopicAudit } from './topic-audit.js';

/** What is written into the outbox's audit of changes that are made elsewhere. */
@Module({ imports: [StorageWiring], providers: [TopicAudit], exports: [TopicAudit] })
export class AuditModule {}
