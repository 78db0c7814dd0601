import type { Area, Argument, Expression, Statement } from './tree.js';
import { unreachable } from './unreachable.js';

/** The expressions right below one, in the order of their evaluation; areas that are expressions come first. */
export function parts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'array':
      return given(expression.items);
    case 'block':
      return expression.expressions;
    case 'call':
      return given(expression.args);
    case 'method':
      return [expression.object, ...given(expression.args)];
    case 'property':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'field':
      return areaParts(expression.area);
    case 'in-area':
      return [...areaParts(expression.area), ...expression.expressions];
    case 'assignment':
      return [expression.target, expression.value];
    case 'step':
    case 'reference':
      return [expression.target];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'iif':
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    default:
      return unreachable(expression);
  }
}

function given(args: readonly Argument[]): readonly Expression[] {
  return args.filter((argument) => argument !== null);
}

function areaParts(area: Area): readonly Expression[] {
  return typeof area === 'string' ? [] : [area];
}

/** The expressions that stand in a statement itself, not in the statements inside it. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'local':
    case 'private':
    case 'default':
      return given(statement.variables.map(({ value }) => value));
    case 'choice':
      return statement.branches.map(({ condition }) => condition);
    case 'while':
      return [statement.condition];
    case 'for':
      return given([statement.from, statement.to, statement.step]);
    case 'return':
      return given([statement.value]);
    case 'evaluation':
      return [statement.expression];
    case 'add-option':
      return [statement.title, statement.action, statement.operation, statement.access];
    case 'sequence':
    case 'transaction':
    case 'exit':
    case 'loop':
      return [];
    default:
      return unreachable(statement);
  }
}

/** The statements inside one, a list for each of its blocks. */
export function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'choice':
      return [...statement.branches.map(({ body }) => body), statement.otherwise];
    case 'while':
    case 'for':
    case 'transaction':
      return [statement.body];
    case 'sequence':
      return [statement.body, statement.recover ?? []];
    case 'local':
    case 'private':
    case 'default':
    case 'return':
    case 'exit':
    case 'loop':
    case 'evaluation':
    case 'add-option':
      return [];
    default:
      return unreachable(statement);
  }
}

/** Every statement of a body, from the outside in. */
export function* statementsIn(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement;
    for (const block of blocksOf(statement)) yield* statementsIn(block);
  }
}

/** Every expression of a body, from the outside in. */
export function* expressionsIn(body: readonly Statement[]): Generator<Expression> {
  for (const statement of statementsIn(body)) yield* deep(expressionsOf(statement));
}

/** These expressions and all below them. */
export function* deep(expressions: readonly Expression[]): Generator<Expression> {
  for (const expression of expressions) {
    yield expression;
    yield* deep(parts(expression));
  }
}
