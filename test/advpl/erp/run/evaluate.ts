import {
  unreachable,
  variableKey,
  type Area,
  type Argument,
  type Assignment,
  type Call,
  type Expression,
  type MethodCall,
  type Step,
  type Target,
} from '../../../../dev/advpl/language/index.js';
import type { ErpThread } from '../thread.js';
import { FatalError, RunTimeError } from './faults.js';
import { Frame, type Cell } from './frame.js';
import { apply } from './operators.js';
import { isSteps, type Steps } from './steps.js';
import {
  arrayOf,
  Closure,
  isObject,
  logicalOf,
  numberOf,
  textOf,
  typeOf,
  type AdvplObject,
  type Value,
} from './values.js';

/** The value of an expression. Leaves need no generator of their own: they are most of what is evaluated. */
export function* evaluate(thread: ErpThread, frame: Frame, node: Expression): Steps<Value> {
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'name':
      return variable(thread, frame, node.key).value;
    case 'array':
      return yield* values(thread, frame, node.items);
    case 'block':
      return new Closure(node, frame);
    case 'call':
      return yield* call(thread, frame, node);
    case 'method':
      return yield* method(thread, frame, node);
    case 'assignment':
      return yield* assignment(thread, frame, node);
    case 'step':
      return yield* step(thread, frame, node);
    case 'field':
    case 'property':
    case 'index':
      return yield* read(thread, frame, node);
    case 'in-area':
      return yield* inArea(thread, frame, node.area, node.expressions);
    case 'unary': {
      const value = yield* evaluate(thread, frame, node.operand);
      return node.operator === '!' ? !logicalOf(value) : -numberOf(value);
    }
    case 'binary': {
      const left = yield* quick(thread, frame, node.left);
      if (node.operator === '.and.')
        return logicalOf(left) && logicalOf(yield* evaluate(thread, frame, node.right));
      if (node.operator === '.or.')
        return logicalOf(left) || logicalOf(yield* evaluate(thread, frame, node.right));
      return apply(node.operator, left, yield* quick(thread, frame, node.right));
    }
    case 'reference':
      throw new FatalError('@ stands only before an argument');
    case 'iif': {
      const holds = logicalOf(yield* evaluate(thread, frame, node.condition));
      return yield* evaluate(thread, frame, holds ? node.whenTrue : node.whenFalse);
    }
    default:
      return unreachable(node);
  }
}

function* quick(thread: ErpThread, frame: Frame, node: Expression): Steps<Value> {
  if (node.kind === 'literal') return node.value;
  if (node.kind === 'name') return variable(thread, frame, node.key).value;
  return yield* evaluate(thread, frame, node);
}

export function variable(thread: ErpThread, frame: Frame, key: string): Cell {
  const cell = frame.find(key) ?? thread.variables.find(key);
  if (cell === undefined) throw new FatalError(`variable ${key} does not exist`);
  return cell;
}

/** Eval() of a code block. */
export function* evaluateBlock(
  thread: ErpThread,
  { block, frame }: Closure,
  args: readonly Value[],
): Steps<Value> {
  const inner = new Frame(frame.file, frame);
  block.parameters.forEach(({ key }, index) => inner.declare(key, { value: args[index] ?? null }));
  let value: Value = null;
  for (const each of block.expressions) value = yield* evaluate(thread, inner, each);
  return value;
}

function* values(thread: ErpThread, frame: Frame, args: readonly Argument[]): Steps<Value[]> {
  const found: Value[] = [];
  for (const each of args) found.push(each === null ? null : yield* quick(thread, frame, each));
  return found;
}

function* call(thread: ErpThread, frame: Frame, node: Call): Steps<Value> {
  const args: (Value | { reference: Cell })[] = [];
  for (const each of node.args) {
    if (each?.kind === 'reference')
      args.push({ reference: variable(thread, frame, each.target.key) });
    else args.push(each === null ? null : yield* quick(thread, frame, each));
  }
  thread.place = { file: frame.file, line: node.line };
  const value = yield* thread.invoke(frame.file, node.key, args);
  thread.place = { file: frame.file, line: node.line };
  return value;
}

function* method(thread: ErpThread, frame: Frame, node: MethodCall): Steps<Value> {
  const object = objectOf(yield* evaluate(thread, frame, node.object), node.name);
  const args = yield* values(thread, frame, node.args);
  thread.place = { file: frame.file, line: node.line };
  const name = node.name.toUpperCase();
  if (!object.methods.has(name))
    throw new FatalError(`${object.className} has no method ${node.name} in this release`);
  const value = object.call(name, args);
  return isSteps(value) ? yield* value : value;
}

function objectOf(value: Value, member: string): AdvplObject {
  if (!isObject(value))
    throw new RunTimeError(`${member} is asked of a value of type ${typeOf(value)}, no object`);
  return value;
}

export function* inArea(
  thread: ErpThread,
  frame: Frame,
  area: Area,
  expressions: readonly Expression[],
): Steps<Value> {
  const alias = yield* aliasOf(thread, frame, area);
  const before = thread.areas.currentAlias;
  thread.areas.select(alias);
  let value: Value = null;
  try {
    for (const each of expressions) value = yield* evaluate(thread, frame, each);
  } finally {
    thread.areas.reselect(before);
  }
  return value;
}

function* aliasOf(thread: ErpThread, frame: Frame, area: Area): Steps<string> {
  if (typeof area === 'string') return area;
  return textOf(yield* evaluate(thread, frame, area))
    .trim()
    .toUpperCase();
}

function* assignment(thread: ErpThread, frame: Frame, node: Assignment): Steps<Value> {
  const { operator, target } = node;
  // The right side first, as the ERP does: aX[n] := f() sees the n that f leaves.
  const value = yield* quick(thread, frame, node.value);
  const result =
    operator === ':='
      ? value
      : apply(operator[0] as '+' | '-' | '*' | '/', yield* read(thread, frame, target), value);
  return yield* write(thread, frame, target, result);
}

function* step(thread: ErpThread, frame: Frame, node: Step): Steps<Value> {
  const before = numberOf(yield* read(thread, frame, node.target));
  const after = node.operator === '++' ? before + 1 : before - 1;
  yield* write(thread, frame, node.target, after);
  return node.prefix ? after : before;
}

function* read(thread: ErpThread, frame: Frame, target: Target): Steps<Value> {
  switch (target.kind) {
    case 'name':
      return variable(thread, frame, target.key).value;
    case 'field': {
      if (target.area === 'M') return variable(thread, frame, variableKey(target.name)).value;
      const alias = yield* aliasOf(thread, frame, target.area);
      return thread.areas.get(alias).read(target.name);
    }
    case 'property': {
      const object = objectOf(yield* evaluate(thread, frame, target.object), target.name);
      return object.get(target.name.toUpperCase());
    }
    case 'index': {
      const object = yield* quick(thread, frame, target.object);
      const index = yield* quick(thread, frame, target.index);
      if (typeOf(object) === 'J') return (object as AdvplObject).get(textOf(index));
      return arrayOf(object)[position(object, index)]!;
    }
    default:
      return unreachable(target);
  }
}

export function* write(
  thread: ErpThread,
  frame: Frame,
  target: Target,
  value: Value,
): Steps<Value> {
  switch (target.kind) {
    case 'name':
      variable(thread, frame, target.key).value = value;
      return value;
    case 'field': {
      const alias = yield* aliasOf(thread, frame, target.area);
      thread.areas.get(alias).write(target.name, value);
      return value;
    }
    case 'property': {
      const object = objectOf(yield* evaluate(thread, frame, target.object), target.name);
      object.set(target.name.toUpperCase(), value);
      return value;
    }
    case 'index': {
      const object = yield* quick(thread, frame, target.object);
      const index = yield* quick(thread, frame, target.index);
      if (typeOf(object) === 'J') (object as AdvplObject).set(textOf(index), value);
      else arrayOf(object)[position(object, index)] = value;
      return value;
    }
    default:
      return unreachable(target);
  }
}

/** Elements are counted from 1. */
function position(array: Value, index: Value): number {
  const at = numberOf(index);
  const { length } = arrayOf(array);
  if (!Number.isInteger(at) || at < 1 || at > length)
    throw new RunTimeError(`array out of bounds: [${at}] of ${length}`);
  return at - 1;
}
