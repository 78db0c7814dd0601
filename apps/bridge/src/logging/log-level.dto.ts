import { IsIn } from 'class-validator';
import type { LogLevel } from '../config/bridge.config.js';
import { LOG_LEVELS } from './log-threshold.js';

/** `PUT /admin/log-level`. */
export class LogLevelDto {
  @IsIn(LOG_LEVELS, { message: `level must be one of ${LOG_LEVELS.join(', ')}` })
  level: LogLevel | '' = '';
}
