import { createHash } from 'node:crypto';
import type { AuditEntry } from '@bridge/outbox';

/** What was noted last of each thing of the file, by its name: a digest of it. */
export type Noted = ReadonlyMap<string, string>;

/** A file that was made or changed by hand does not say by whom. */
export const UNKNOWN = 'unknown';

export function notedIn(text: string | null): Noted {
  return new Map(Object.entries(JSON.parse(text ?? '{}') as Readonly<Record<string, string>>));
}

/** The text that `notedIn` reads. */
export function textOf(noted: Noted): string {
  return JSON.stringify(Object.fromEntries(noted));
}

export function digestOf(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32);
}

export function row(action: string, actor: string, detail: string): AuditEntry {
  return { actor, action, messageId: '', topic: '', detail };
}
