import { parseDuration } from './units.js';

/** How long the records of a topic are kept, or of those that begin so where a `*` stands at the end. */
export interface TopicRetention {
  readonly topic: string;
  readonly sentMs: number;
  /** Null: as all dead letters. */
  readonly deadLettersMs: number | null;
}

const RULE =
  /^((?:[a-zA-Z0-9._-]{1,249}|[a-zA-Z0-9._-]{1,248}\*))\s*=\s*([^/]+?)(?:\s*\/\s*(.+))?$/;
const LEAST_MS = 1_000;

/**
 * `clientes*=1d, nf-saida=30d/60d`: how long sent records are kept, and behind the slash dead letters. Null when it is
 * none of that, or names something twice.
 */
export function parseTopicRetention(text: string): readonly TopicRetention[] | null {
  const rules: TopicRetention[] = [];
  for (const part of text.split(',')) {
    if (part.trim() === '' && text.trim() === '') return [];
    const rule = ruleOf(part.trim());
    if (rule === null || rules.some(({ topic }) => topic === rule.topic)) return null;
    rules.push(rule);
  }
  return rules;
}

function ruleOf(text: string): TopicRetention | null {
  const [, topic, sent = '', dead] = RULE.exec(text) ?? [];
  const sentMs = parseDuration(sent);
  const deadLettersMs = dead === undefined ? null : parseDuration(dead);
  if (topic === undefined || sentMs === null || sentMs < LEAST_MS) return null;
  if (dead !== undefined && (deadLettersMs === null || deadLettersMs < LEAST_MS)) return null;
  return { topic, sentMs, deadLettersMs };
}
