import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OutboxStore } from '@bridge/outbox';
import { ControlQuery } from '../http/index.js';
import { ProblemError } from '../problem/index.js';
import { MessageIdParam } from './message-id.param.js';
import { filterOf, MessagesQuery, seenBy, sightOf } from './page-query.js';
import { readPage, type PageView } from './page.js';
import { RevealQuery } from './reveal-query.js';
import { Reveals } from './reveals.js';
import { attemptView, recordView, type AttemptView, type RecordView } from './record-view.js';

/** Follows records by their message id. */
@Controller('messages')
export class MessagesController {
  constructor(
    private readonly store: OutboxStore,
    private readonly reveals: Reveals,
  ) {}

  @Get()
  list(
    @ControlQuery(MessagesQuery) query: MessagesQuery,
    @Req() request: FastifyRequest,
  ): Promise<PageView> {
    return readPage(this.store, { ...filterOf(query), ...seenBy(request.caller) }, query);
  }

  @Get(':message_id')
  async one(
    @MessageIdParam('with a query') messageId: string,
    @ControlQuery(RevealQuery) query: RevealQuery,
    @Req() request: FastifyRequest,
  ): Promise<RecordView & { readonly attempts: readonly AttemptView[] }> {
    const state = await this.store.find(messageId, sightOf(request.caller, query));
    if (state === null) throw new ProblemError('not_found', 'No record has this message id');
    const attempts = state.retryCount === 0 ? [] : await this.store.attempts(state.id);
    const isRevealed = await this.reveals.check(request.caller, query.reveal, state);
    return { ...recordView(state, isRevealed), attempts: attempts.map(attemptView) };
  }
}
