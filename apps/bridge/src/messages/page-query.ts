import { IsIn, IsString, Length, Matches } from 'class-validator';
import type { RecordFilter, RecordStatus, Sight } from '@bridge/outbox';
import type { Caller } from '../access/index.js';
import { IsInstant, MayBeAbsent, parseInstant } from '../http/index.js';

/** Which of several tenants' records of one message id is meant; of none, unless it is given. */
export class RecordQuery {
  @MayBeAbsent() @IsString() @Length(1, 63) tenant: string | undefined = undefined;
}

/** What every list may be asked for. */
export class PageQuery extends RecordQuery {
  @MayBeAbsent() @IsString() @Length(1, 249) topic: string | undefined = undefined;
  @MayBeAbsent() @IsInstant() from: string | undefined = undefined;
  @MayBeAbsent() @IsInstant() to: string | undefined = undefined;
  @Matches(/^(?:[1-9]\d?|[1-4]\d\d|500)$/, {
    message: 'limit must be a whole number from 1 to 500',
  })
  limit = '50';
  @MayBeAbsent() @IsString() @Length(1, 500) cursor: string | undefined = undefined;
}

export class MessagesQuery extends PageQuery {
  @MayBeAbsent() @IsIn(['pending', 'failed', 'sent', 'dlq']) status: RecordStatus | undefined =
    undefined;
  @MayBeAbsent() @IsString() @Length(0, 4096) key: string | undefined = undefined;
}

/** Records of other topics than the caller's own are not there for him. */
export function seenBy({ topics }: Caller): Pick<Sight, 'topics'> {
  return topics.includes('*') ? {} : { topics };
}

/** The record that a caller means by its message id. */
export function sightOf(caller: Caller, { tenant }: RecordQuery): Sight {
  return { ...seenBy(caller), ...(tenant === undefined ? {} : { tenant }) };
}

/** Only what was given goes into the filter. */
export function filterOf(query: {
  readonly topic?: string | undefined;
  readonly tenant?: string | undefined;
  readonly status?: RecordStatus | undefined;
  readonly key?: string | undefined;
  readonly code?: string | undefined;
  readonly from?: string | number | undefined;
  readonly to?: string | number | undefined;
}): RecordFilter {
  const { topic, tenant, status, key, code } = query;
  const from = parseInstant(query.from);
  const to = parseInstant(query.to);
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(status === undefined ? {} : { status }),
    ...(key === undefined ? {} : { key: Buffer.from(key, 'utf8') }),
    ...(code === undefined ? {} : { code }),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  };
}
