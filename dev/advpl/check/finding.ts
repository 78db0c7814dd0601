import type { Project } from './project.js';

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: RuleName;
  readonly text: string;
}

export type RuleName =
  | 'syntax'
  | 'ascii'
  | 'parameter-name'
  | 'name-length'
  | 'duplicate-function'
  | 'local-first'
  | 'undeclared'
  | 'assignment'
  | 'unknown-function'
  | 'arguments'
  | 'unknown-method'
  | 'forbidden-unlock'
  | 'lock-pair'
  | 'jump'
  | 'entry-point'
  | 'http-in-transaction'
  | 'ui-in-transaction'
  | 'ui-in-job';

export type Rule = (project: Project) => Iterable<Finding>;
