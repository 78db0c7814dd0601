import { Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { TopicAdmin } from '@bridge/kafka';
import { OutboxStore, type Audit } from '@bridge/outbox';
import type { FastifyRequest } from 'fastify';
import { checkTopicOf, type Caller } from '../access/index.js';
import { Configuration } from '../config/bridge.config.js';
import { ControlBody, ControlQuery } from '../http/index.js';
import { checkTopic } from '../ingestion/index.js';
import {
  filterOf,
  MessageIdParam,
  readPage,
  RevealQuery,
  Reveals,
  seenBy,
  sightOf,
} from '../messages/index.js';
import { ProblemError } from '../problem/index.js';
import { deadLetterView, type DeadLetterView, type DeadLettersView } from './dead-letter-view.js';
import { DeadLettersQuery, DiscardDto, ReplayDto, ReplayMatchingDto } from './dead-letters.dto.js';

const LOOKUP_MS = 1_000;

const REPLAY = { needs: 'replay' } as const;

@Controller('admin/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly store: OutboxStore,
    private readonly topics: TopicAdmin,
    private readonly configuration: Configuration,
    private readonly reveals: Reveals,
  ) {}

  @Get()
  async list(
    @ControlQuery(DeadLettersQuery) query: DeadLettersQuery,
    @Req() request: FastifyRequest,
  ): Promise<DeadLettersView> {
    const filter = { ...filterOf(query), ...seenBy(request.caller) };
    const [counts, page] = await Promise.all([
      this.store.countDeadLetters(filter),
      readPage(this.store, { ...filter, status: 'dlq' }, query),
    ]);
    return { counts, ...page };
  }

  @Get(':message_id')
  async one(
    @MessageIdParam('with a query') messageId: string,
    @ControlQuery(RevealQuery) query: RevealQuery,
    @Req() request: FastifyRequest,
  ): Promise<DeadLetterView> {
    const sight = sightOf(request.caller, query);
    const state = await this.store.find(messageId, sight);
    // Another tenant's record of the same id may be a dead letter, too.
    const tenant = state === null ? {} : { tenant: state.tenant };
    const letter = await this.store.deadLetter(messageId, { ...sight, ...tenant });
    if (state === null || letter === null) {
      throw new ProblemError('not_found', 'No dead letter has this message id');
    }
    const attempts = await this.store.attempts(state.id);
    const isRevealed = await this.reveals.check(request.caller, query.reveal, state);
    return deadLetterView(state, letter, attempts, isRevealed);
  }

  @Post(':message_id/replay')
  @RouteConfig(REPLAY)
  @HttpCode(202)
  async replay(
    @MessageIdParam() messageId: string,
    @ControlBody(ReplayDto) dto: ReplayDto,
    @Req() { caller }: FastifyRequest,
  ): Promise<{
    readonly success: true;
    readonly message_id: string;
    readonly topic: string;
    readonly status: 'pending';
  }> {
    const { topic } = dto;
    if (topic !== undefined) await this.checkTarget(caller, topic);
    const sight = sightOf(caller, dto);
    const record = await this.store.replay(messageId, auditOf(caller), topic, sight);
    return { success: true, message_id: messageId, topic: record.topic, status: 'pending' };
  }

  @Post('replay')
  @RouteConfig(REPLAY)
  @HttpCode(202)
  async replayMatching(
    @ControlBody(ReplayMatchingDto) dto: ReplayMatchingDto,
    @Req() { caller }: FastifyRequest,
  ): Promise<{
    readonly success: true;
    readonly dry_run: boolean;
    readonly count: number;
  }> {
    const given = filterOf(dto);
    if (Object.keys(given).length === 0) {
      throw new ProblemError('filter_required', 'Give topic, code, from or to');
    }
    const filter = { ...given, ...seenBy(caller) };
    if (!dto.dry_run) {
      const count = await this.store.replayMatching(filter, dto.limit, auditOf(caller));
      return { success: true, dry_run: false, count };
    }
    const counts = await this.store.countDeadLetters(filter);
    const all = counts.reduce((sum, { count }) => sum + count, 0);
    return { success: true, dry_run: true, count: Math.min(all, dto.limit) };
  }

  @Delete(':message_id')
  @RouteConfig(REPLAY)
  async discard(
    @MessageIdParam() messageId: string,
    @ControlBody(DiscardDto) dto: DiscardDto,
    @Req() { caller }: FastifyRequest,
  ): Promise<{ readonly success: true; readonly message_id: string }> {
    const audit = { ...auditOf(caller), reason: dto.reason };
    await this.store.discard(messageId, audit, sightOf(caller, dto));
    return { success: true, message_id: messageId };
  }

  private async checkTarget(caller: Caller, topic: string): Promise<void> {
    checkTopic(topic, this.configuration.bridge.delivery.deadLetterTopic);
    checkTopicOf(caller, topic);
    if ((await this.topics.lookupPartitions(topic, LOOKUP_MS)) === 0) {
      throw new ProblemError('unknown_topic', 'The cluster does not have this topic');
    }
  }
}

function auditOf({ name }: Caller): Audit {
  return { actor: name };
}
