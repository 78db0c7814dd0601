import { IsString, Length } from 'class-validator';
import { MayBeAbsent } from '../http/index.js';

/** What a route that shows one record may be asked for. */
export class RevealQuery {
  /** Why what is personal in it is to be shown, in the caller's words; it goes into the audit. */
  @MayBeAbsent() @IsString() @Length(3, 200) reveal: string | undefined = undefined;
}
