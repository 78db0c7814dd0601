import { lookup, type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isLoopback } from '../config/loopback.js';
import { isPublicAddress } from './public-address.js';

export interface WebhookOptions {
  readonly url: string;
  /** Whether it may be in a private network. */
  readonly mayBePrivate: boolean;
}

/** A name for each address: of a test, as a rule the system's. */
export type Resolve = (
  name: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** Milliseconds for a try: name, connection, and the head of the answer. */
const ANSWER_WITHIN_MS = 5_000;
const PAUSES_MS: readonly number[] = [1_000, 4_000];

/** Whether the same may be taken a moment later. Every other answer is the operator's to put right. */
const MAY_PASS: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Why a message was not taken. Says nothing of the URL, which is a secret. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';

  constructor(
    message: string,
    readonly isPassing: boolean,
  ) {
    super(message);
  }
}

/**
 * Posts `{"text": …}` to the one address that the operator has named, as Slack, Teams and gateways to mail take it. It goes
 * nowhere else: no redirect is followed, and a name that leads into a private network is not called.
 */
export class Webhook {
  private readonly url: URL;

  constructor(
    private readonly options: WebhookOptions,
    private readonly resolve: Resolve = systemResolve,
    private readonly pausesMs: readonly number[] = PAUSES_MS,
  ) {
    this.url = new URL(options.url);
  }

  /** Tries up to three times. @throws WebhookError with the reason of the last try. */
  async post(text: string, stop?: AbortSignal): Promise<void> {
    for (const pauseMs of [...this.pausesMs, null]) {
      try {
        await this.try(JSON.stringify({ text }));
        return;
      } catch (error) {
        const failure = error instanceof WebhookError ? error : failureOf(error);
        if (!failure.isPassing || pauseMs === null || stop?.aborted === true) throw failure;
        await pause(pauseMs, undefined, {
          ref: false,
          ...(stop === undefined ? {} : { signal: stop }),
        });
      }
    }
  }

  private try(body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const { protocol, hostname } = this.url;
      const host = hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !this.mayReach(host)) throw forbidden();
      const { request } = protocol === 'https:' ? https : http;
      const call = request(this.url, {
        method: 'POST',
        // A connection of its own, whose address was looked at.
        agent: false,
        lookup: this.lookup,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'ponte',
        },
      });
      call.once('error', reject);
      call.once('response', ({ statusCode = 0 }) => {
        // What else it says is not read.
        call.destroy();
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new WebhookError(`it answers ${statusCode}`, MAY_PASS.has(statusCode)));
      });
      call.end(body);
    });
  }

  /** What is looked at is what is connected to: a name cannot be another one a moment later. */
  private readonly lookup: LookupFunction = (name, { all }, done) => {
    this.resolve(name, (error, addresses) => {
      const [first] = addresses;
      if (error !== null || first === undefined) done(error ?? new Error('no address'), '', 0);
      else if (!addresses.every(({ address }) => this.mayReach(address))) done(forbidden(), '', 0);
      else if (all === true) done(null, [...addresses]);
      else done(null, first.address, first.family);
    });
  };

  private mayReach(address: string): boolean {
    if (this.options.mayBePrivate || isPublicAddress(address)) return true;
    // This machine only where the operator has written so himself, and not where a name leads there.
    return isLoopback(this.url.hostname) && isLoopback(address);
  }
}

function forbidden(): WebhookError {
  const words = 'its address is in a private network (ALERT_WEBHOOK_PRIVATE permits it)';
  return new WebhookError(words, false);
}

function failureOf(error: unknown): WebhookError {
  const { name, code } = error as { readonly name?: string; readonly code?: unknown };
  if (name === 'AbortError' || name === 'TimeoutError') {
    return new WebhookError(`it does not answer within ${ANSWER_WITHIN_MS} ms`, true);
  }
  return new WebhookError(typeof code === 'string' ? code : 'it cannot be reached', true);
}

function systemResolve(name: string, done: Parameters<Resolve>[1]): void {
  lookup(name, { all: true }, (error, addresses) => done(error, addresses ?? []));
}
