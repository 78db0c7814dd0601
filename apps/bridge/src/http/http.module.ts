import { Module } from '@nestjs/common';
import { Shutdown } from './shutdown.js';
import { StreamedBodies } from './streamed-bodies.js';

/** What the features may ask of the HTTP server. */
@Module({ providers: [Shutdown, StreamedBodies], exports: [Shutdown, StreamedBodies] })
export class HttpModule {}
