import { Module } from '@nestjs/common';
import { Shutdown } from './shutdown.js';

/** What the features may ask of the HTTP server. */
@Module({ providers: [Shutdown], exports: [Shutdown] })
export class HttpModule {}
