import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem/index.js';

/**
 * For routes without query parameters: one that is not known must not be ignored, because `?acks=0`, `?key=…` or
 * `?dry_run=true` would have changed what happens.
 * @throws ProblemError `unknown_parameter`.
 */
export function refuseQuery({ url }: FastifyRequest): void {
  if (url.includes('?')) {
    throw new ProblemError('unknown_parameter', 'This route has no query parameters');
  }
}
