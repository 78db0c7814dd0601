import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, Repeats } from '../problem/index.js';
import { addressKey, RateLimit, type Quota } from './rate-limit.js';

/** Requests per second; 0: any number. */
export interface Rates {
  readonly perAddress: number;
  readonly perCaller: number;
}

/** How often somebody may come: by address before it is known who he is, and by name after that. */
export class RateLimits {
  private readonly logger = new Logger('Http');
  private readonly repeats = new Repeats();
  private readonly addresses: RateLimit | null;
  private readonly callers: RateLimit | null;

  constructor({ perAddress, perCaller }: Rates) {
    this.addresses = perAddress === 0 ? null : new RateLimit(perAddress);
    this.callers = perCaller === 0 ? null : new RateLimit(perCaller);
  }

  /** @returns `rate_limited`, or null: he may. What is open to anybody has no limit: load balancers ask there. */
  refuseAddress({ raw, routeOptions, is404 }: FastifyRequest, reply: FastifyReply) {
    if (this.addresses === null || (!is404 && routeOptions.config.needs === 'nothing')) return null;
    const key = addressKey(raw.socket.remoteAddress ?? '');
    return this.refuse('address', this.addresses.take(key, performance.now()), reply);
  }

  /** @returns `rate_limited`, or null: he may. */
  refuseCaller({ caller, routeOptions }: FastifyRequest, reply: FastifyReply) {
    if (this.callers === null || routeOptions.config.needs === 'nothing') return null;
    return this.refuse('caller', this.callers.take(caller.name, performance.now()), reply);
  }

  private refuse(policy: keyof typeof WORDS, quota: Quota, reply: FastifyReply) {
    reply.headers(headersOf(policy, quota));
    if (quota.isIn) return null;
    const untold = this.repeats.note(policy, Date.now());
    if (untold !== null) this.logger.warn(`Too many requests from one ${policy}`, { untold });
    return new ProblemError('rate_limited', WORDS[policy], { retryAfter: quota.waitS });
  }
}

const WORDS = {
  address: 'Too many requests from this address; post it again',
  caller: 'Too many requests of this caller; post it again',
} as const;

/** draft-ietf-httpapi-ratelimit-headers-10. */
function headersOf(policy: string, { limit, windowS, remaining, resetS }: Quota) {
  return {
    'ratelimit-policy': `"${policy}";q=${limit};w=${windowS}`,
    ratelimit: `"${policy}";r=${remaining};t=${resetS}`,
  };
}
