import {
  deep,
  expressionsIn,
  type Binary,
  type SourceUnit,
  expressionsOf,
  type Expression,
  type FunctionNode,
  type Statement,
  unreachable,
} from '../../language/index.js';
import type { Finding, Rule } from '../finding.js';
import type { Project } from '../project.js';
import {
  areaName,
  either,
  lockedBy,
  NOTHING_HELD,
  withLock,
  without,
  type Held,
} from './lock-state.js';

/**
 * Every RecLock has its MsUnlock in the same function, on each way through it, and no MsUnlock is without one. Marks in the comment above a
 * function say otherwise: `// Lock: 1`, it gives 1 with the table of its first argument locked; `// Lock: passed on`, it leaves a lock to
 * its caller or ends its caller's, and is not checked.
 */
export const locks: Rule = function* (project): Iterable<Finding> {
  for (const { unit, node } of project.functions)
    if (lockMark(node) === null) yield* new LockWay(project, unit, node).findings();
};

const MARK = /^[\s*-]*Lock:\s*(.*\S)/im;
const PASSED_ON = 'passed on';

/** What the comment above a function says of locks; null when it says nothing. */
function lockMark({ notes }: FunctionNode): string | null {
  return notes.map((note) => MARK.exec(note)?.[1]).find((mark) => mark !== undefined) ?? null;
}

interface Loop {
  readonly start: Held;
  exits: Held | null;
}

/** Null is the state behind a Return: nobody comes there. */
type State = Held | null;

class LockWay {
  private readonly found = new Map<string, Finding>();
  /** Variables that hold what RecLock has given. */
  private readonly results = new Map<string, string>();

  constructor(
    private readonly project: Project,
    private readonly unit: SourceUnit,
    private readonly node: FunctionNode,
  ) {}

  findings(): Iterable<Finding> {
    this.leave(this.body(this.node.body, NOTHING_HELD, null), 'the end of the function');
    return this.found.values();
  }

  private body(statements: readonly Statement[], start: State, loop: Loop | null): State {
    return statements.reduce<State>(
      (state, statement) => (state === null ? null : this.statement(statement, state, loop)),
      start,
    );
  }

  private statement(statement: Statement, held: Held, loop: Loop | null): State {
    switch (statement.kind) {
      case 'choice': {
        let rest: Held = held;
        let after: State = null;
        for (const { condition, body } of statement.branches) {
          const { yes, no } = this.refined(condition, rest);
          after = either(after, this.body(body, yes, loop));
          rest = no;
        }
        return either(after, this.body(statement.otherwise, rest, loop));
      }
      case 'while':
      case 'for':
        return this.loop(statement.body, this.plain(expressionsOf(statement), held));
      case 'sequence': {
        const end = this.body(statement.body, held, loop);
        return either(end, this.body(statement.recover ?? [], held, loop));
      }
      case 'transaction':
        return this.body(statement.body, held, loop);
      case 'return':
        this.leave(this.plain(expressionsOf(statement), held), `line ${statement.line}`);
        return null;
      case 'exit':
        if (loop !== null) loop.exits = either(loop.exits, held);
        return null;
      case 'loop':
        if (loop !== null) this.same(held, loop.start, `line ${statement.line}`);
        return null;
      case 'local':
      case 'private':
      case 'default':
      case 'evaluation':
      case 'add-option':
        return this.plain(expressionsOf(statement), held);
      default:
        return unreachable(statement);
    }
  }

  private loop(body: readonly Statement[], start: Held): State {
    const loop: Loop = { start, exits: null };
    const end = this.body(body, start, loop);
    if (end !== null) this.same(end, start, 'the end of the loop');
    return either(start, loop.exits);
  }

  /** What is held when a condition holds, and when it does not. */
  private refined(condition: Expression, held: Held): { readonly yes: Held; readonly no: Held } {
    if (condition.kind === 'unary' && condition.operator === '!') {
      const { yes, no } = this.refined(condition.operand, held);
      return { yes: no, no: yes };
    }
    if (condition.kind === 'binary' && condition.operator === '.and.') {
      const left = this.refined(condition.left, held);
      const right = this.refined(condition.right, left.yes);
      return { yes: right.yes, no: either(left.no, right.no)! };
    }
    if (condition.kind === 'call' || condition.kind === 'binary') {
      const table = condition.kind === 'call' ? lockedBy(condition) : this.lockedByOurs(condition);
      if (table !== null) return { yes: withLock(held, table, condition.line), no: held };
    }
    if (condition.kind === 'name') {
      const table = this.results.get(condition.key);
      if (table !== undefined) return { yes: held, no: without(held, table) };
    }
    const after = this.plain([condition], held);
    return { yes: after, no: after };
  }

  /** What is held after expressions have been evaluated, whatever they give. */
  private plain(expressions: readonly Expression[], start: Held): Held {
    let held = start;
    for (const expression of deep(expressions)) {
      if (expression.kind === 'assignment') this.result(expression.target, expression.value);
      if (expression.kind === 'in-area' && unlocks(expression.expressions))
        held = this.unlock(held, areaName(expression.area), expression.line);
      if (expression.kind !== 'call') continue;
      const table = lockedBy(expression);
      if (table !== null) held = withLock(held, table, expression.line);
      if (expression.key === 'MSUNLOCKALL') held = NOTHING_HELD;
    }
    return expressions.some((each) => unlocks([each])) ? NOTHING_HELD : held;
  }

  private result(target: Expression, value: Expression): void {
    const table = value.kind === 'call' ? lockedBy(value) : null;
    if (target.kind === 'name' && table !== null) this.results.set(target.key, table);
  }

  /** The table that one of our own functions has locked when a comparison holds. */
  private lockedByOurs({ operator, left, right }: Binary): string | null {
    if (left.kind !== 'call' || right.kind !== 'literal' || !operator.startsWith('=')) return null;
    const callee = this.project.find(this.unit, left.key);
    const [table] = left.args;
    return callee && table && lockMark(callee.node) === String(right.value)
      ? areaName(table)
      : null;
  }

  /** Whether a lock may have come from a function that passes it on. */
  private get mayBePassed(): boolean {
    return [...expressionsIn(this.node.body)].some((each) => {
      const callee = each.kind === 'call' ? this.project.find(this.unit, each.key) : undefined;
      return callee !== undefined && lockMark(callee.node) === PASSED_ON;
    });
  }

  private unlock(held: Held, table: string, line: number): Held {
    if (!held.has(table) && !this.mayBePassed)
      this.add(line, `MsUnlock of ${table}, which no RecLock here has locked`);
    return without(held, table);
  }

  private same(held: Held, start: Held, where: string): void {
    this.leave(new Map([...held].filter(([table]) => !start.has(table))), where);
  }

  private leave(held: State, where: string): void {
    for (const [table, line] of held ?? [])
      this.add(line, `RecLock of ${table} comes to ${where} without MsUnlock`);
  }

  /** One finding a line: one lock may come to many ends. */
  private add(line: number, text: string): void {
    const { file } = this.unit;
    const key = String(line);
    if (!this.found.has(key)) this.found.set(key, { file, line, rule: 'lock-pair', text });
  }
}

function unlocks(expressions: readonly Expression[]): boolean {
  return expressions.some((each) => each.kind === 'call' && each.key === 'MSUNLOCK');
}
