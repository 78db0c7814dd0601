import { Logger } from '@nestjs/common';
import { ProblemError } from '../problem/index.js';
import { ANONYMOUS, placed, type Caller } from './caller.js';
import type { ApiKey } from './api-key.js';
import type { ShownCertificate } from './certificate.js';
import type { Tokens } from './tokens.js';
import { Failures } from './failures.js';
import { NOBODY, type Identities } from './identities.js';
import { readLastUse, writeLastUse } from './last-use.js';
import { readIdentities, versionOf, type Version } from './identities-file.js';

const LOOK_MS = 1_000;
/** The last use of each key is noted so often, and at the end. */
const NOTE_MS = 60_000;

/**
 * Who is let in: whoever has a valid key, or everybody while there are no keys. It looks at the file every second, so a
 * key that is revoked is refused a second later, on every instance that has the file.
 */
export class Door {
  private readonly logger = new Logger(Door.name);
  private version: Version;
  private timer: NodeJS.Timeout | null = null;
  private failure: string | null = null;
  private readonly used = new Map<string, number>();
  private noteAt = 0;
  private readonly failures = new Failures();
  private tell: (identities: Identities) => void = () => undefined;

  /**
   * @param identities what the file held when the configuration was read.
   * @param tokens null: no issuer is trusted.
   */
  constructor(
    private readonly path: string,
    private identities: Identities,
    readonly tokens: Tokens | null,
  ) {
    // Older than any: the first look reads what was written since the configuration was.
    this.version = '';
  }

  start(): void {
    this.tokens?.start();
    this.timer ??= setInterval(() => {
      this.look();
      if (Date.now() >= this.noteAt) this.noteUse();
    }, LOOK_MS).unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.noteUse();
  }

  /** The listener hears what the file holds, now and whenever that changes. */
  onRead(listener: (identities: Identities) => void): void {
    this.tell = listener;
    listener(this.identities);
  }

  /** Whether keys are asked for. Once they are, they are for as long as the process lives. */
  get isLocked(): boolean {
    return this.tokens !== null || this.identities.entries.length > 0;
  }

  /** @param key null: none was shown. @returns null: nobody who is known. */
  callerOf(key: ApiKey | null): Caller | null {
    if (!this.isLocked) return ANONYMOUS;
    if (key === null) return null;
    const now = Date.now();
    const caller = this.identities.callerOf(key, now);
    if (caller !== null) this.used.set(key.id, now);
    return caller;
  }

  /** @param certificate null: none was shown. @returns null: nobody who is known. */
  callerOfCertificate(certificate: ShownCertificate | null): Caller | null {
    if (!this.isLocked) return ANONYMOUS;
    if (certificate === null) return null;
    const now = Date.now();
    const known = this.identities.ofCertificate(certificate, now);
    if (known === null) return null;
    this.used.set(known.id, now);
    return known.caller;
  }

  /** Who a token stands for, within his tenant; null: there is no such tenant. */
  callerOfToken(caller: Caller): Caller | null {
    return placed(caller, this.identities.tenants);
  }

  /** The refusal of somebody who is not known. @param isShown whether he has shown anything that could be a key. */
  refuse(address: string, isShown: boolean): ProblemError {
    const many = isShown ? this.failures.note(address, Date.now()) : null;
    if (many === null) {
      return new ProblemError('unauthenticated', 'Show a valid key: Authorization: Bearer <key>');
    }
    if (many.isFirst) this.logger.warn('Many wrong keys come from one address', { address });
    return new ProblemError('too_many_failures', 'Too many wrong keys from this address', {
      retryAfter: many.waitS,
    });
  }

  /** What cannot be read, or is gone, changes nothing: an accident with a file must not open the door. */
  look(): void {
    try {
      const version = versionOf(this.path);
      if (version === this.version) return;
      const read = readIdentities(this.path);
      this.version = version;
      this.failure = null;
      if (read.entries.length === 0 && this.identities.entries.length > 0)
        throw new Error('nobody is in it');
      if (read !== NOBODY) this.replace(read);
    } catch (error) {
      const failure = (error as Error).message;
      if (failure !== this.failure) {
        this.logger.error(`KEYS_PATH was not taken: ${failure}. Those before it are valid.`);
      }
      this.failure = failure;
    }
  }

  /** For `npm run keys -- list`. A folder that cannot be written to is no reason to refuse anybody. */
  private noteUse(): void {
    this.noteAt = Date.now() + NOTE_MS;
    if (this.used.size === 0) return;
    const noted = [...this.used].map(([id, at]) => [id, new Date(at).toISOString()] as const);
    try {
      writeLastUse(this.path, { ...readLastUse(this.path), ...Object.fromEntries(noted) });
      this.used.clear();
    } catch (error) {
      this.logger.debug(`The last use of the keys is not noted: ${(error as Error).message}`);
    }
  }

  private replace(read: Identities): void {
    const before = this.identities.entries.length;
    this.identities = read;
    this.logger.log('The identities were read', { before, now: read.entries.length });
    this.tell(read);
  }
}
