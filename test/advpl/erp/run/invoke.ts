import { signatureOf } from '../../../../dev/advpl/check/library/index.js';
import type { ErpThread } from '../thread.js';
import { execute } from './execute.js';
import { FatalError } from './faults.js';
import { Frame, type Cell } from './frame.js';
import type { LoadedFunction } from './program.js';
import { isSteps, type Steps } from './steps.js';
import type { Value } from './values.js';

export type Passed = Value | { readonly reference: Cell };

const MOST_ARGUMENTS = 12;

/** Deeper than that is a function that calls itself without an end. */
const DEEPEST = 200;

/** Calls a function by its name in upper case: one of the sources', as the file sees it, or the ERP's own. */
export function* invoke(
  thread: ErpThread,
  file: string,
  name: string,
  args: readonly Passed[],
): Steps<Value> {
  const hook = thread.erp.hooks.beforeCall?.(thread, name);
  if (hook !== undefined) yield hook;
  thread.checkAlive();
  const own = thread.erp.program.find(file, name);
  if (own !== undefined) return yield* callOwn(thread, own, args);
  const builtin = thread.erp.library.get(name);
  if (builtin === undefined) throw new FatalError(`function ${name} does not exist`);
  checkCount(name, args);
  const given = args.map((each) => (isReference(each) ? each.reference.value : each));
  while (given.length < MOST_ARGUMENTS) given.push(null);
  const value = builtin(thread, ...given);
  return isSteps(value) ? yield* value : value;
}

export function* callOwn(
  thread: ErpThread,
  { file, node }: LoadedFunction,
  args: readonly Passed[],
): Steps<Value> {
  if (args.length > node.parameters.length)
    throw new FatalError(
      `${node.name} takes ${node.parameters.length} arguments, not ${args.length}`,
    );
  if (thread.stack.length >= DEEPEST)
    throw new FatalError(`${node.name} calls itself without an end`);
  const frame = new Frame(file);
  node.parameters.forEach(({ key }, index) => {
    const passed = args[index] ?? null;
    frame.declare(key, isReference(passed) ? passed.reference : { value: passed });
  });
  const privates = thread.variables.mark();
  thread.stack.push(node.key);
  const ended = yield* execute(thread, frame, node.body);
  thread.stack.pop();
  thread.variables.release(privates);
  return ended?.kind === 'return' ? ended.value : null;
}

function isReference(passed: Passed): passed is { readonly reference: Cell } {
  return typeof passed === 'object' && passed !== null && 'reference' in passed;
}

function checkCount(name: string, args: readonly Passed[]): void {
  const signature = signatureOf(name);
  if (signature === undefined) return;
  const { least, most } = signature;
  if (args.length < least) throw new FatalError(`${name} takes at least ${least} arguments`);
  if (args.length > most) throw new FatalError(`${name} takes at most ${most} arguments`);
}
