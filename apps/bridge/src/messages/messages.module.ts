import { Module } from '@nestjs/common';
import { StorageWiring } from '../storage.module.js';
import { MessagesController } from './messages.controller.js';
import { Reveals } from './reveals.js';

@Module({ imports: [StorageWiring], controllers: [MessagesController], providers: [Reveals] })
export class MessagesModule {}
