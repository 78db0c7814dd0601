import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isMessageId } from '../ingestion/index.js';
import { ProblemError } from '../problem/index.js';

/** The path's `:message_id`; what cannot be one is refused before the database hears of it. */
export const MessageIdParam = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string => {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { message_id: string } }>>();
    const { params } = request;
    if (isMessageId(params.message_id)) return params.message_id;
    throw new ProblemError(
      'invalid_message_id',
      'A message id is 1 to 255 printable ASCII characters',
    );
  },
);
