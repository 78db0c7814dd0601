import type { Cursor } from './cursor.js';
import { arrayOrBlock, operand, type Parse } from './operands.js';
import type { Assignment, BinaryOperator, Expression, Node, Target } from './tree.js';

type Level = Readonly<Record<string, BinaryOperator>>;

const OR: Level = { '.or.': '.or.' };
const AND: Level = { '.and.': '.and.' };
const COMPARISON: Level = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  '<>': '!=',
  '#': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  $: '$',
};
const SUM: Level = { '+': '+', '-': '-' };
const PRODUCT: Level = { '*': '*', '/': '/', '%': '%' };
const POWER: Level = { '**': '**' };
const ASSIGNMENTS = [':=', '+=', '-=', '*=', '/='] as const;

/** An expression with AdvPL's precedence: assignment, .Or., .And., .Not., comparison, sum, product, power, sign. */
export function expression(cursor: Cursor): Expression {
  const left = either(cursor);
  const operator = ASSIGNMENTS.find((each) => cursor.atSymbol(each));
  if (operator === undefined) return left;
  const target = targetOf(cursor, left);
  cursor.next();
  return placed<Assignment>(left, {
    kind: 'assignment',
    operator,
    target,
    value: expression(cursor),
  });
}

function either(cursor: Cursor): Expression {
  return binary(cursor, OR, (c) => binary(c, AND, negation));
}

function negation(cursor: Cursor): Expression {
  const { place } = cursor;
  if (!cursor.atSymbol('!', '.not.')) return comparison(cursor);
  cursor.next();
  return { kind: 'unary', operator: '!', operand: negation(cursor), ...place };
}

function comparison(cursor: Cursor): Expression {
  return binary(cursor, COMPARISON, (c) => binary(c, SUM, product));
}

function product(cursor: Cursor): Expression {
  return binary(cursor, PRODUCT, (c) => binary(c, POWER, sign));
}

function sign(cursor: Cursor): Expression {
  const { place } = cursor;
  if (cursor.takeSymbol('-'))
    return { kind: 'unary', operator: '-', operand: sign(cursor), ...place };
  if (cursor.takeSymbol('+')) return sign(cursor);
  // `!` binds loosely, but `a == !b` and `a + !b` are written as well.
  if (cursor.atSymbol('!', '.not.')) return negation(cursor);
  return steps(cursor);
}

function steps(cursor: Cursor): Expression {
  const { place } = cursor;
  for (const operator of ['++', '--'] as const) {
    if (cursor.takeSymbol(operator)) {
      const target = targetOf(cursor, operand(cursor, PARSE));
      return { kind: 'step', operator, prefix: true, target, ...place };
    }
  }
  const found = operand(cursor, PARSE);
  for (const operator of ['++', '--'] as const) {
    if (cursor.takeSymbol(operator))
      return { kind: 'step', operator, prefix: false, target: targetOf(cursor, found), ...place };
  }
  return found;
}

function binary(cursor: Cursor, level: Level, higher: (cursor: Cursor) => Expression): Expression {
  let left = higher(cursor);
  for (;;) {
    const operator = cursor.token.kind === 'symbol' ? level[cursor.token.text] : undefined;
    if (operator === undefined) return left;
    cursor.next();
    left = placed<Expression>(left, { kind: 'binary', operator, left, right: higher(cursor) });
  }
}

function targetOf(cursor: Cursor, found: Expression): Target {
  const { kind } = found;
  if (kind === 'name' || kind === 'field' || kind === 'index' || kind === 'property') return found;
  throw cursor.fault('only a variable, a field, an element or a property is assigned to');
}

type Bare<T extends Expression> = T extends Expression ? Omit<T, keyof Node> : never;

function placed<T extends Expression>({ line, column }: Node, node: Bare<T>): T {
  return { ...node, line, column } as unknown as T;
}

const PARSE: Parse = { expression, arrayOrBlock };
