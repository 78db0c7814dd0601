import type { Candidates } from './candidates.js';
import type { Stack } from './stack.js';

/** What every kind of measurement gets. */
export interface Context {
  readonly stack: Stack;
  /** Started when they are first asked for. */
  readonly candidates: () => Promise<Candidates>;
  readonly quick: boolean;
  /** How many records wait in a deep backlog; null: as many as the kind has by itself. */
  readonly rows: number | null;
  /** Hears of each step. */
  readonly say: (line: string) => void;
}

/** Markdown, and files that stand beside the document, by name. */
export interface Report {
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
}
