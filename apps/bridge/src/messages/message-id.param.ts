import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuseQuery } from '../http/index.js';
import { isMessageId } from '../ingestion/index.js';
import { ProblemError } from '../problem/index.js';

/** The path's `:message_id`; what cannot be one is refused before the database hears of it, and so is a query where none is read. */
export const MessageIdParam = createParamDecorator(
  (query: 'with a query' | undefined, context: ExecutionContext): string => {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { message_id: string } }>>();
    if (query === undefined) refuseQuery(request);
    const { params } = request;
    if (isMessageId(params.message_id)) return params.message_id;
    throw new ProblemError(
      'invalid_message_id',
      'A message id is 1 to 255 printable ASCII characters',
    );
  },
);
