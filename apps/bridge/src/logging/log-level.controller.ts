import { Controller, Get, Put, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { OutboxStore } from '@bridge/outbox';
import type { FastifyRequest } from 'fastify';
import type { LogLevel } from '../config/bridge.config.js';
import { ControlBody, refuseQuery } from '../http/index.js';
import { LogLevelDto } from './log-level.dto.js';
import { LogThreshold } from './log-threshold.js';

interface LogLevelView {
  readonly level: LogLevel;
  /** What LOG_LEVEL says, and what the next start begins with again. */
  readonly configured: LogLevel;
}

@Controller('admin/log-level')
export class LogLevelController {
  constructor(
    private readonly threshold: LogThreshold,
    private readonly store: OutboxStore,
  ) {}

  @Get()
  @RouteConfig({ ofAll: true })
  read(@Req() request: FastifyRequest): LogLevelView {
    refuseQuery(request);
    return this.view();
  }

  /** Written down before it is done: whoever makes the log silent cannot hide that he did. */
  @Put()
  @RouteConfig({ ofAll: true })
  async change(
    @ControlBody(LogLevelDto) dto: LogLevelDto,
    @Req() { caller }: FastifyRequest,
  ): Promise<LogLevelView> {
    const level = dto.level as LogLevel;
    const detail = `${this.threshold.level} to ${level}`;
    const actor = caller.name;
    await this.store.note([{ actor, action: 'log_level', messageId: '', topic: '', detail }]);
    this.threshold.change(level, actor);
    return this.view();
  }

  private view(): LogLevelView {
    const { level, configured } = this.threshold;
    return { level, configured };
  }
}
