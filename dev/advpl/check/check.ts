import type { Finding, Rule } from './finding.js';
import { Project, type Source } from './project.js';
import { calls } from './rules/calls.js';
import { jumps } from './rules/jumps.js';
import { locks } from './rules/locks.js';
import { names } from './rules/names.js';
import { reach } from './rules/reach.js';
import { scopes } from './rules/scopes.js';
import { bytes } from './rules/bytes.js';

const RULES: readonly Rule[] = [bytes, names, scopes, calls, locks, jumps, reach];

/** What is wrong with sources that are compiled together, by file and line. */
export function check(sources: readonly Source[]): readonly Finding[] {
  const project = new Project(sources);
  const syntax = project.syntaxErrors.map(({ file, line, reason }): Finding => ({
    file,
    line,
    rule: 'syntax',
    text: reason,
  }));
  return [...syntax, ...RULES.flatMap((rule) => [...rule(project)])].toSorted(
    (a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)) || a.line - b.line,
  );
}
