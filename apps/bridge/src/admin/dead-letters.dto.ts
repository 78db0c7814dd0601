import { IsBoolean, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { IsInstant, MayBeAbsent } from '../http/index.js';
import { PageQuery, RecordQuery } from '../messages/index.js';

/** `GET /admin/dead-letters`. */
export class DeadLettersQuery extends PageQuery {
  @MayBeAbsent() @IsString() @Length(1, 100) code: string | undefined = undefined;
}

/** `POST /admin/dead-letters/:message_id/replay`. */
export class ReplayDto extends RecordQuery {
  /** Where to send it instead. */
  @MayBeAbsent() @IsString() @Length(1, 249) topic: string | undefined = undefined;
}

/** `POST /admin/dead-letters/replay`. */
export class ReplayMatchingDto extends RecordQuery {
  @MayBeAbsent() @IsString() @Length(1, 249) topic: string | undefined = undefined;
  @MayBeAbsent() @IsString() @Length(1, 100) code: string | undefined = undefined;
  @MayBeAbsent() @IsInstant() from: string | number | undefined = undefined;
  @MayBeAbsent() @IsInstant() to: string | number | undefined = undefined;
  @IsInt() @Min(1) @Max(100_000) limit = 1_000;
  @IsBoolean() dry_run = false;
}

/** `DELETE /admin/dead-letters/:message_id`. */
export class DiscardDto extends RecordQuery {
  @IsString() @Length(3, 500) reason = '';
}
