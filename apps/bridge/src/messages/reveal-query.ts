import { IsString, Length } from 'class-validator';
import { MayBeAbsent } from '../http/index.js';
import { RecordQuery } from './page-query.js';

/** What a route that shows one record may be asked for. */
export class RevealQuery extends RecordQuery {
  /** Why what is personal in it is to be shown, in the caller's words; it goes into the audit. */
  @MayBeAbsent() @IsString() @Length(3, 200) reveal: string | undefined = undefined;
}
