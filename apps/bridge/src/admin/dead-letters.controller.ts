import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { TopicAdmin } from '@bridge/kafka';
import { OutboxStore, type Audit } from '@bridge/outbox';
import { Configuration } from '../config/bridge.config.js';
import { ControlBody, ControlQuery } from '../http/index.js';
import { checkTopic } from '../ingestion/index.js';
import { filterOf, MessageIdParam, readPage } from '../messages/index.js';
import { ProblemError } from '../problem/index.js';
import { deadLetterView, type DeadLetterView, type DeadLettersView } from './dead-letter-view.js';
import { DeadLettersQuery, DiscardDto, ReplayDto, ReplayMatchingDto } from './dead-letters.dto.js';

const LOOKUP_MS = 1_000;

/** Nobody can be told apart while there are no credentials. */
const ANONYMOUS: Audit = { actor: 'anonymous' };

@Controller('admin/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly store: OutboxStore,
    private readonly topics: TopicAdmin,
    private readonly configuration: Configuration,
  ) {}

  @Get()
  async list(@ControlQuery(DeadLettersQuery) query: DeadLettersQuery): Promise<DeadLettersView> {
    const filter = filterOf(query);
    const [counts, page] = await Promise.all([
      this.store.countDeadLetters(filter),
      readPage(this.store, { ...filter, status: 'dlq' }, query),
    ]);
    return { counts, ...page };
  }

  @Get(':message_id')
  async one(@MessageIdParam() messageId: string): Promise<DeadLetterView> {
    const [state, letter] = await Promise.all([
      this.store.find(messageId),
      this.store.deadLetter(messageId),
    ]);
    if (state === null || letter === null) {
      throw new ProblemError('not_found', 'No dead letter has this message id');
    }
    return deadLetterView(state, letter, await this.store.attempts(state.id));
  }

  @Post(':message_id/replay')
  @HttpCode(202)
  async replay(
    @MessageIdParam() messageId: string,
    @ControlBody(ReplayDto) { topic }: ReplayDto,
  ): Promise<{
    readonly success: true;
    readonly message_id: string;
    readonly topic: string;
    readonly status: 'pending';
  }> {
    if (topic !== undefined) await this.checkTarget(topic);
    const record = await this.store.replay(messageId, ANONYMOUS, topic);
    return { success: true, message_id: messageId, topic: record.topic, status: 'pending' };
  }

  @Post('replay')
  @HttpCode(202)
  async replayMatching(@ControlBody(ReplayMatchingDto) dto: ReplayMatchingDto): Promise<{
    readonly success: true;
    readonly dry_run: boolean;
    readonly count: number;
  }> {
    const filter = filterOf(dto);
    if (Object.keys(filter).length === 0) {
      throw new ProblemError('filter_required', 'Give topic, code, from or to');
    }
    if (!dto.dry_run) {
      const count = await this.store.replayMatching(filter, dto.limit, ANONYMOUS);
      return { success: true, dry_run: false, count };
    }
    const counts = await this.store.countDeadLetters(filter);
    const all = counts.reduce((sum, { count }) => sum + count, 0);
    return { success: true, dry_run: true, count: Math.min(all, dto.limit) };
  }

  @Delete(':message_id')
  async discard(
    @MessageIdParam() messageId: string,
    @ControlBody(DiscardDto) { reason }: DiscardDto,
  ): Promise<{ readonly success: true; readonly message_id: string }> {
    await this.store.discard(messageId, { ...ANONYMOUS, reason });
    return { success: true, message_id: messageId };
  }

  private async checkTarget(topic: string): Promise<void> {
    checkTopic(topic, this.configuration.bridge.delivery.deadLetterTopic);
    if ((await this.topics.lookupPartitions(topic, LOOKUP_MS)) === 0) {
      throw new ProblemError('unknown_topic', 'The cluster does not have this topic');
    }
  }
}
