import { createHmac } from 'node:crypto';
import { isCnpj, isCpf } from './check-digits.js';
import type { Subject } from './finders.js';
import { personalIn } from './mask.js';

/** Characters of a text that are looked through, and people of a record that are noted: both bound what a POST can cost. */
export const MAX_CHARS = 262_144;
export const MAX_SUBJECTS = 20;
const MARK_CHARS = 32;

/** What is asked for by the name of somebody. */
export type SubjectKind = Subject['kind'];

/** Whom these texts are about, each once, in the order in which they are found. */
export function subjectsIn(texts: readonly string[]): readonly Subject[] {
  const found = new Map<string, Subject>();
  for (const text of texts) {
    if (!/[0-9@]/.test(text)) continue;
    for (const { subject } of personalIn(text.slice(0, MAX_CHARS))) {
      if (subject !== undefined) found.set(`${subject.kind} ${subject.name}`, subject);
      if (found.size === MAX_SUBJECTS) return [...found.values()];
    }
  }
  return [...found.values()];
}

/** HMAC-SHA-256 of kind and name, its first 128 bits in hex: without the key nobody can try all CPFs there are. */
export function markOf({ kind, name }: Subject, key: Buffer): string {
  return createHmac('sha256', key).update(`${kind}\n${name}`).digest('hex').slice(0, MARK_CHARS);
}

/** Somebody, as a person writes it. Null: it is no valid one. */
export function subjectOf(kind: SubjectKind, written: string): Subject | null {
  const text = written.trim();
  switch (kind) {
    case 'cpf': {
      const name = text.replaceAll(/[.-]/g, '');
      return /^\d{11}$/.test(name) && isCpf(name) ? { kind, name } : null;
    }
    case 'cnpj': {
      const name = text.replaceAll(/[./-]/g, '').toUpperCase();
      return /^[0-9A-Z]{12}\d\d$/.test(name) && isCnpj(name) ? { kind, name } : null;
    }
    case 'email': {
      const [found] = subjectsIn([text]);
      return found?.kind === kind && found.name === text.toLowerCase() ? found : null;
    }
    default: {
      const unknown: never = kind;
      return unknown;
    }
  }
}
