import { Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problemOf, ProblemError } from '../../problem/index.js';

const logger = new Logger('Http');

/** The refusal of one record of several. An error that nobody foresaw is written to the log, as for a whole request. */
export function problemOfRecord(error: unknown, request: FastifyRequest): ProblemError {
  const known = problemOf(error);
  if (known !== null) return known;
  logger.error('An unexpected error', {
    requestId: request.id,
    route: request.routeOptions.url ?? null,
    stack: error instanceof Error ? error.stack : String(error),
  });
  return new ProblemError('internal_error', `Unexpected; the log has it as ${request.id}`);
}
