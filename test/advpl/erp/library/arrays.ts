import { evaluateBlock } from '../run/evaluate.js';
import { RunTimeError } from '../run/faults.js';
import { apply } from '../run/operators.js';
import type { Steps } from '../run/steps.js';
import {
  arrayOf,
  blockOf,
  Closure,
  logicalOf,
  numberOf,
  typeOf,
  type Value,
} from '../run/values.js';
import type { ErpThread } from '../thread.js';
import type { Functions } from './function.js';

export const arrays: Functions = {
  Array: (_, size) => Array.from({ length: numberOf(size) }, () => null),
  aAdd: (_, array, value) => {
    arrayOf(array).push(value);
    return value;
  },
  aSize: (_, array, size) => {
    const found = arrayOf(array);
    const before = found.length;
    found.length = numberOf(size);
    if (found.length > before) found.fill(null, before);
    return found;
  },
  aDel: (_, array, at) => {
    const found = arrayOf(array);
    const place = numberOf(at);
    if (place < 1 || place > found.length) throw new RunTimeError(`aDel of element ${place}`);
    found.splice(place - 1, 1);
    // The length stays: the last one is Nil.
    found.push(null);
    return found;
  },
  aClone: (_, array) => copied(arrayOf(array)),
  aTail: (_, array) => arrayOf(array).at(-1) ?? null,
  aScan: (thread, array, wanted) => scan(thread, arrayOf(array), wanted),
  aEval: (thread, array, block) => each(thread, arrayOf(array), blockOf(block)),
  aSort: (thread, array, _from, _count, block) =>
    sort(thread, arrayOf(array), block === null ? null : blockOf(block)),
  Eval: (thread, block, ...args) => evaluateBlock(thread, blockOf(block), args),
};

/** Arrays in it are copied as well; objects are the same. */
export function copied(values: readonly Value[]): Value[] {
  return values.map((value) => (Array.isArray(value) ? copied(value) : value));
}

function* scan(thread: ErpThread, array: readonly Value[], wanted: Value): Steps<Value> {
  for (const [at, value] of array.entries()) {
    const found =
      wanted instanceof Closure
        ? logicalOf(yield* evaluateBlock(thread, wanted, [value, at + 1]))
        : typeOf(value) === typeOf(wanted) && apply('=', value, wanted) === true;
    if (found) return at + 1;
  }
  return 0;
}

function* each(thread: ErpThread, array: readonly Value[], block: Closure): Steps<Value> {
  for (const [at, value] of array.entries()) yield* evaluateBlock(thread, block, [value, at + 1]);
  return null;
}

/** A merge sort, since the block may wait, and what is equal keeps its order. */
function* sort(thread: ErpThread, array: Value[], block: Closure | null): Steps<Value> {
  const sorted = yield* merged(thread, array, block);
  array.splice(0, array.length, ...sorted);
  return array;
}

function* merged(
  thread: ErpThread,
  values: readonly Value[],
  block: Closure | null,
): Steps<readonly Value[]> {
  if (values.length < 2) return values;
  const middle = values.length >> 1;
  const left = yield* merged(thread, values.slice(0, middle), block);
  const right = yield* merged(thread, values.slice(middle), block);
  const result: Value[] = [];
  let at = 0;
  for (const value of left) {
    while (at < right.length && (yield* precedes(thread, right[at]!, value, block)))
      result.push(right[at++]!);
    result.push(value);
  }
  return [...result, ...right.slice(at)];
}

function* precedes(
  thread: ErpThread,
  right: Value,
  left: Value,
  block: Closure | null,
): Steps<boolean> {
  if (block === null) return apply('<', right, left) === true;
  // Only when the block says no to the order that is there.
  if (logicalOf(yield* evaluateBlock(thread, block, [left, right]))) return false;
  return logicalOf(yield* evaluateBlock(thread, block, [right, left]));
}
