/** What a row of the audit tells. */
export interface AuditEntry {
  readonly actor: string;
  /** At most 16 characters. */
  readonly action: string;
  /** Empty where it is about no record. */
  readonly messageId: string;
  /** Empty where it is about no topic. */
  readonly topic: string;
  /** Whose topic it is; null where it is nobody's in particular. */
  readonly tenant?: string | null;
  readonly toTopic?: string | null;
  /** In the words of whoever did it. */
  readonly reason?: string | null;
  /** In the words of the bridge. */
  readonly detail?: string | null;
}
