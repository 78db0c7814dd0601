import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem-mapping.js';
import { problemBody, problemHeaders } from './problem.js';
import { ProblemError } from './problem.error.js';
import { Repeats } from './repeats.js';
import { restProxyDialect } from './rest-proxy-dialect.js';
import { restProxyRefusal } from './rest-proxy-refusal.js';

const logger = new Logger('Http');
const repeats = new Repeats();

/** Answers with the problem of any error. The only way in which a handled request is refused. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error) ?? defect(error, request);
  if (problem.code === 'storage_unavailable' && problem.cause instanceof Error) {
    const { message } = problem.cause;
    // Each POST of an outage meets it; who waits for the database is told by the pipelines.
    const untold = repeats.note(problem.code, Date.now());
    if (untold !== null) {
      const fields = { requestId: request.id, code: problem.code, cause: message };
      logger.error('The storage failed', { ...fields, ...(untold > 0 ? { untold } : {}) });
    }
  }
  if (reply.sent || reply.raw.headersSent) return;
  const dialect = restProxyDialect(request);
  if (dialect !== null) {
    const { status, headers, body } = restProxyRefusal(problem, dialect);
    void reply
      .code(status)
      .headers(headers)
      .send(Buffer.from(JSON.stringify(body)));
    return;
  }
  void reply
    .code(problem.status)
    .headers(problemHeaders(problem))
    .send(JSON.stringify(problemBody(problem, request.id)));
}

/** An error that nobody foresaw: the log has the whole of it, the caller has its number. */
function defect(error: unknown, request: FastifyRequest): ProblemError {
  logger.error('An unexpected error', {
    requestId: request.id,
    route: request.routeOptions.url ?? null,
    stack: error instanceof Error ? error.stack : String(error),
  });
  return new ProblemError('internal_error', `Unexpected; the log has it as ${request.id}`);
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    answerProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}
