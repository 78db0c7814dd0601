import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BridgeHttpAdapter } from './http-server.js';

/** Whether this process is on its way out. The HTTP adapter is the first to hear of it. */
@Injectable()
export class Shutdown {
  constructor(private readonly host: HttpAdapterHost) {}

  get begun(): boolean {
    const { httpAdapter } = this.host;
    return httpAdapter instanceof BridgeHttpAdapter && httpAdapter.shuttingDown;
  }
}
