import type { Cursor } from './cursor.js';
import type { Argument, Area, Expression, Name, Node } from './tree.js';
import { unreachable } from './unreachable.js';

/** The parsers that an operand needs of the levels above it. */
export interface Parse {
  readonly expression: (cursor: Cursor) => Expression;
  readonly arrayOrBlock: (cursor: Cursor, parse: Parse) => Expression;
}

/** A primary expression with all that follows it: calls, indexes, methods, areas. */
export function operand(cursor: Cursor, parse: Parse): Expression {
  let found = primary(cursor, parse);
  for (;;) {
    if (cursor.atSymbol('->')) found = aliased(cursor, parse, found);
    else if (cursor.atSymbol(':')) found = member(cursor, parse, found);
    else if (cursor.atSymbol('[')) found = indexed(cursor, parse, found);
    else return found;
  }
}

function primary(cursor: Cursor, parse: Parse): Expression {
  const { kind, text, line, column } = cursor.token;
  const place = { line, column };
  switch (kind) {
    case 'number':
      cursor.next();
      return { kind: 'literal', value: Number(text), ...place };
    case 'string':
      cursor.next();
      return { kind: 'literal', value: text, ...place };
    case 'logical':
      cursor.next();
      return { kind: 'literal', value: text === '.t.', ...place };
    case 'name':
      return named(cursor, parse);
    case 'symbol':
      return punctuated(cursor, parse);
    case 'newline':
    case 'end':
      throw cursor.expected('an expression');
    default:
      return unreachable(kind);
  }
}

function punctuated(cursor: Cursor, parse: Parse): Expression {
  const { place } = cursor;
  if (cursor.takeSymbol('(')) {
    const inner = parse.expression(cursor);
    cursor.symbol(')');
    return cursor.atSymbol('->') ? inArea(cursor, parse, inner, place) : inner;
  }
  if (cursor.atSymbol('{')) return parse.arrayOrBlock(cursor, parse);
  if (cursor.takeSymbol('@')) return { kind: 'reference', target: cursor.name(), ...place };
  throw cursor.expected('an expression');
}

function named(cursor: Cursor, parse: Parse): Expression {
  const name = cursor.name();
  const { line, column } = name;
  const upper = name.name.toUpperCase();
  if (upper === 'NIL') return { kind: 'literal', value: null, line, column };
  if (!cursor.atSymbol('(')) return name;
  if (upper === 'IIF') return iif(cursor, parse, name);
  if (upper === 'IF') throw cursor.fault('If() as a function is not in the subset: write IIf()');
  return { kind: 'call', name: name.name, key: upper, args: args(cursor, parse), line, column };
}

function iif(cursor: Cursor, parse: Parse, { line, column }: Name): Expression {
  const [condition, whenTrue, whenFalse, ...rest] = args(cursor, parse);
  if (!condition || !whenTrue || !whenFalse || rest.length > 0)
    throw cursor.fault('IIf() takes a condition and two values', line);
  return { kind: 'iif', condition, whenTrue, whenFalse, line, column };
}

function args(cursor: Cursor, parse: Parse): readonly Argument[] {
  cursor.symbol('(');
  return list(cursor, parse, ')');
}

/** What is between commas up to the closing symbol; `()` has no argument, `(,)` two that are left out. */
function list(cursor: Cursor, parse: Parse, closing: string): readonly Argument[] {
  if (cursor.takeSymbol(closing)) return [];
  const found: Argument[] = [];
  for (;;) {
    found.push(cursor.atSymbol(',', closing) ? null : parse.expression(cursor));
    if (cursor.takeSymbol(closing)) return found;
    cursor.symbol(',');
  }
}

function member(cursor: Cursor, parse: Parse, object: Expression): Expression {
  const { place } = cursor;
  cursor.symbol(':');
  const { name } = cursor.name();
  return cursor.atSymbol('(')
    ? { kind: 'method', object, name, args: args(cursor, parse), ...place }
    : { kind: 'property', object, name, ...place };
}

function indexed(cursor: Cursor, parse: Parse, object: Expression): Expression {
  const { place } = cursor;
  cursor.symbol('[');
  const index = parse.expression(cursor);

  const node: Expression = { kind: 'index', object, index, ...place };
  if (cursor.atSymbol(',')) throw cursor.fault('[a, b] is not in the subset: write [a][b]');
  cursor.symbol(']');
  return node;
}

function aliased(cursor: Cursor, parse: Parse, found: Expression): Expression {
  if (found.kind !== 'name') throw cursor.fault('-> comes after an alias, or after brackets');
  return inArea(cursor, parse, found.name.toUpperCase(), found);
}

function inArea(cursor: Cursor, parse: Parse, area: Area, { line, column }: Node): Expression {
  cursor.symbol('->');
  if (!cursor.takeSymbol('('))
    return { kind: 'field', area, name: cursor.name().name.toUpperCase(), line, column };
  const expressions = list(cursor, parse, ')').filter((each) => each !== null);
  if (expressions.length === 0) throw cursor.expected('an expression');
  return { kind: 'in-area', area, expressions, line, column };
}

/** `{1, 2}` or `{|x| …}` */
export function arrayOrBlock(cursor: Cursor, parse: Parse): Expression {
  const { place } = cursor;
  cursor.symbol('{');
  if (!cursor.takeSymbol('|')) return { kind: 'array', items: list(cursor, parse, '}'), ...place };
  const parameters: Name[] = [];
  while (!cursor.takeSymbol('|')) {
    if (parameters.length > 0) cursor.symbol(',');
    parameters.push(cursor.name());
  }
  const expressions = list(cursor, parse, '}').filter((each) => each !== null);
  return { kind: 'block', parameters, expressions, ...place };
}
