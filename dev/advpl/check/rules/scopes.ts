import {
  blocksOf,
  expressionsOf,
  parts,
  variableKey,
  type Expression,
  type FunctionNode,
  type Name,
  type Statement,
} from '../../language/index.js';
import type { Finding, Rule } from '../finding.js';
import { PUBLICS } from '../library/index.js';

const KNOWN: ReadonlySet<string> = new Set(PUBLICS.map(variableKey));

/** Local before all else, and no name that nobody has declared. */
export const scopes: Rule = function* ({ functions }): Iterable<Finding> {
  for (const { unit, node } of functions) {
    yield* localFirst(unit.file, node.body, true);
    yield* new FunctionScope(unit.file, node).findings();
  }
};

function* localFirst(file: string, body: readonly Statement[], top: boolean): Iterable<Finding> {
  let first = top;
  for (const statement of body) {
    const { kind, line } = statement;
    if (kind === 'local' && !first)
      yield { file, line, rule: 'local-first', text: 'Local stands before all other statements' };
    if (kind !== 'local') first = false;
    for (const block of blocksOf(statement)) yield* localFirst(file, block, false);
  }
}

class FunctionScope {
  private readonly declared = new Set(KNOWN);
  private readonly found: Finding[] = [];

  constructor(
    private readonly file: string,
    private readonly node: FunctionNode,
  ) {}

  findings(): readonly Finding[] {
    for (const { key } of this.node.parameters) this.declared.add(key);
    this.statements(this.node.body);
    return this.found;
  }

  private statements(body: readonly Statement[]): void {
    for (const statement of body) {
      for (const expression of expressionsOf(statement)) this.expression(expression, this.declared);
      this.names(statement);
      for (const block of blocksOf(statement)) this.statements(block);
    }
  }

  private names(statement: Statement): void {
    switch (statement.kind) {
      case 'local':
      case 'private':
        for (const { name } of statement.variables) this.declared.add(name.key);
        return;
      case 'default':
        for (const { name } of statement.variables) this.written(name, this.declared);
        return;
      case 'for':
        return this.written(statement.variable, this.declared);
      case 'add-option':
        return this.written(statement.target, this.declared);
      case 'sequence':
        if (statement.using !== null) this.written(statement.using, this.declared);
        return;
      case 'choice':
      case 'while':
      case 'transaction':
      case 'return':
      case 'exit':
      case 'loop':
      case 'evaluation':
    }
  }

  private expression(expression: Expression, known: ReadonlySet<string>): void {
    const { kind } = expression;
    if (kind === 'name') return this.read(expression, known);
    if (kind === 'reference') return this.written(expression.target, known);
    if (kind === 'block') {
      const inner = new Set([...known, ...expression.parameters.map(({ key }) => key)]);
      for (const each of expression.expressions) this.expression(each, inner);
      return;
    }
    if ((kind === 'assignment' || kind === 'step') && expression.target.kind === 'name') {
      this.written(expression.target, known);
      if (kind === 'assignment') this.expression(expression.value, known);
      return;
    }
    for (const part of parts(expression)) this.expression(part, known);
  }

  private read({ key, name, line }: Name, known: ReadonlySet<string>): void {
    if (known.has(key)) return;
    this.found.push({
      file: this.file,
      line,
      rule: 'undeclared',
      text: `${name} is not declared in ${this.node.name}`,
    });
  }

  private written({ key, name, line }: Name, known: ReadonlySet<string>): void {
    if (known.has(key)) return;
    this.found.push({
      file: this.file,
      line,
      rule: 'assignment',
      text: `${name} is assigned to, and not declared in ${this.node.name}`,
    });
  }
}
