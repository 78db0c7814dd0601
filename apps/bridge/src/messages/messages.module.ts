import { Module } from '@nestjs/common';
import { StorageWiring } from '../storage.module.js';
import { MessagesController } from './messages.controller.js';

@Module({ imports: [StorageWiring], controllers: [MessagesController] })
export class MessagesModule {}
