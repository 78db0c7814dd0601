import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { ProblemError, Repeats } from '../problem/index.js';
import type { Caller } from './caller.js';
import { callerOfClaims, isAccessTokenType, type RightsClaims } from './claims.js';
import { KeySet } from './key-set.js';

/** What a token must be. */
export interface OidcOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  readonly claims: RightsClaims;
}

/** Public keys only: with `none` or HMAC whoever knows the public key could make tokens (RFC 8725, 3.1). */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** Clocks differ. */
const TOLERANCE_S = 60;
/** Far more than a token with a page full of roles. Longer ones are refused before anything is done for them. */
const MAX_LENGTH = 8_192;
const REMEMBERED = 1_000;
/** Verified at once: each takes a thread that the database waits for, too. */
const MAX_PENDING = 64;

interface Verified {
  readonly caller: Caller;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Access tokens of one issuer (JWT, RFC 9068). One that was verified is known until it ends or the issuer's keys change. */
export class Tokens {
  private readonly logger = new Logger(Tokens.name);
  private readonly repeats = new Repeats();
  private readonly verified = new Map<string, Verified>();
  private readonly keys: KeySet;
  private pending = 0;

  constructor(
    private readonly options: OidcOptions,
    private readonly clock: () => number = Date.now,
  ) {
    this.keys = new KeySet(options.jwksUrl, clock, () => this.verified.clear());
  }

  start(): void {
    this.keys.start();
  }

  /** Of a token that was verified before; null: it must be, or is not valid. */
  known(token: string): Caller | null {
    const digest = digestOf(token);
    const found = this.verified.get(digest);
    if (found === undefined) return null;
    this.verified.delete(digest);
    if (found.until <= this.clock()) return null;
    // The one that was not used for the longest time stands first.
    this.verified.set(digest, found);
    return found.caller;
  }

  /** Null: it is not valid, whatever is wrong with it. @throws ProblemError `overloaded`. */
  async verify(token: string): Promise<Caller | null> {
    if (token.length > MAX_LENGTH) return this.refuse('too long');
    if (this.pending >= MAX_PENDING) {
      throw new ProblemError('overloaded', 'Too many tokens are being verified; post it again');
    }
    this.pending++;
    try {
      return await this.verifyNow(token);
    } catch (error) {
      return this.refuse(reasonOf(error));
    } finally {
      this.pending--;
    }
  }

  private async verifyNow(token: string): Promise<Caller | null> {
    if (!isAccessTokenType(decodeProtectedHeader(token).typ)) return this.refuse('typ');
    const { issuer, audience, claims } = this.options;
    const now = this.clock();
    const { payload } = await jwtVerify(token, this.keys.keyOf, {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: TOLERANCE_S,
      currentDate: new Date(now),
    });
    const caller = callerOfClaims(payload, claims);
    if (caller === null) return this.refuse('no access token');
    this.remember(digestOf(token), { caller, until: (payload.exp ?? 0) * 1_000 });
    return caller;
  }

  private remember(digest: string, verified: Verified): void {
    const [oldest] = this.verified.keys();
    if (this.verified.size >= REMEMBERED && oldest !== undefined) this.verified.delete(oldest);
    this.verified.set(digest, verified);
  }

  /** The caller is told nothing; the operator must be able to find out. */
  private refuse(reason: string): null {
    const untold = this.repeats.note(reason, this.clock());
    if (untold !== null) {
      this.logger.log('A token is refused', { reason, ...(untold > 0 ? { untold } : {}) });
    }
    return null;
  }
}

/** The token itself is kept nowhere. */
function digestOf(token: string): string {
  return createHash('sha256').update(token, 'latin1').digest('base64');
}

/** One of few: a code of the library, and the claim that was not right. Never a text of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return error.claim;
  }
  return error instanceof errors.JOSEError ? error.code : 'malformed';
}
