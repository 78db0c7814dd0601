import type { Server } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import { Logger } from '@nestjs/common';
import { versionOf } from '../access/index.js';
import { contextOf, readTls, type TlsMaterial, type TlsPaths } from '../config/server-tls.js';

const LOOK_MS = 2_000;

/** Gives new connections the certificate that stands in the files now; those that are open keep theirs. */
export class CertificateWatch {
  private readonly logger = new Logger('Tls');
  private version = '';
  private failure: string | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly server: Server,
    private readonly paths: TlsPaths,
    private current: TlsMaterial,
  ) {
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** What new connections are given. */
  get material(): TlsMaterial {
    return this.current;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** What cannot be read, or does not belong together (yet), changes nothing. */
  look(): void {
    try {
      const { cert, key, clientCa } = this.paths;
      const version = [cert, key, ...(clientCa === '' ? [] : [clientCa])].map(versionOf).join('\n');
      if (version === this.version) return;
      const material = readTls(this.paths);
      this.version = version;
      this.failure = null;
      if (isDeepStrictEqual(material, this.current)) return;
      this.server.setSecureContext(contextOf(material));
      this.current = material;
      this.logger.log('The certificates were read again');
    } catch (error) {
      const failure = (error as Error).message;
      if (failure !== this.failure) {
        this.logger.error(`${failure}. Those before it stay.`);
      }
      this.failure = failure;
    }
  }
}
