import {
  unreachable,
  type AddOption,
  type Choice,
  type For,
  type Sequence,
  type Statement,
  type Transaction,
  type Variable,
  type While,
} from '../../../../dev/advpl/language/index.js';
import type { ErpThread } from '../thread.js';
import { evaluate, evaluateBlock, variable } from './evaluate.js';
import { BreakSignal, FatalError, RunTimeError } from './faults.js';
import type { Frame } from './frame.js';
import type { Steps } from './steps.js';
import { arrayOf, logicalOf, numberOf, type Value } from './values.js';

/** How statements end before their end. */
type Ended =
  { readonly kind: 'return'; readonly value: Value } | { readonly kind: 'exit' | 'loop' };

export function* execute(
  thread: ErpThread,
  frame: Frame,
  body: readonly Statement[],
): Steps<Ended | null> {
  for (const statement of body) {
    thread.place = { file: frame.file, line: statement.line };
    const ended = yield* one(thread, frame, statement);
    if (ended !== null) return ended;
  }
  return null;
}

function* one(thread: ErpThread, frame: Frame, node: Statement): Steps<Ended | null> {
  switch (node.kind) {
    case 'evaluation':
      yield* evaluate(thread, frame, node.expression);
      return null;
    case 'choice':
      return yield* choice(thread, frame, node);
    case 'while':
      return yield* whileLoop(thread, frame, node);
    case 'for':
      return yield* forLoop(thread, frame, node);
    case 'sequence':
      return yield* sequence(thread, frame, node);
    case 'transaction':
      return yield* transaction(thread, frame, node);
    case 'return':
      return {
        kind: 'return',
        value: node.value === null ? null : yield* evaluate(thread, frame, node.value),
      };
    case 'exit':
    case 'loop':
      return node;
    case 'local':
    case 'private':
      yield* declare(thread, frame, node.kind, node.variables);
      return null;
    case 'default':
      yield* defaults(thread, frame, node.variables);
      return null;
    case 'add-option':
      yield* addOption(thread, frame, node);
      return null;
    default:
      return unreachable(node);
  }
}

function* declare(
  thread: ErpThread,
  frame: Frame,
  kind: 'local' | 'private',
  variables: readonly Variable[],
): Steps<void> {
  for (const { name, value } of variables) {
    const cell = { value: value === null ? null : yield* evaluate(thread, frame, value) };
    if (kind === 'local') frame.declare(name.key, cell);
    else thread.variables.push(name.key, cell);
  }
}

function* defaults(thread: ErpThread, frame: Frame, variables: readonly Variable[]): Steps<void> {
  for (const { name, value } of variables) {
    const cell = variable(thread, frame, name.key);
    if (cell.value === null) cell.value = yield* evaluate(thread, frame, value!);
  }
}

function* choice(thread: ErpThread, frame: Frame, node: Choice): Steps<Ended | null> {
  for (const { condition, body, line } of node.branches) {
    thread.place = { file: frame.file, line };
    if (logicalOf(yield* evaluate(thread, frame, condition)))
      return yield* execute(thread, frame, body);
  }
  return yield* execute(thread, frame, node.otherwise);
}

function* whileLoop(thread: ErpThread, frame: Frame, node: While): Steps<Ended | null> {
  while (logicalOf(yield* evaluate(thread, frame, node.condition))) {
    yield* thread.breathe();
    const ended = yield* execute(thread, frame, node.body);
    if (ended?.kind === 'return') return ended;
    if (ended?.kind === 'exit') break;
    thread.place = { file: frame.file, line: node.line };
  }
  return null;
}

function* forLoop(thread: ErpThread, frame: Frame, node: For): Steps<Ended | null> {
  const cell = variable(thread, frame, node.variable.key);
  cell.value = yield* evaluate(thread, frame, node.from);
  const step = node.step === null ? 1 : numberOf(yield* evaluate(thread, frame, node.step));
  for (;;) {
    // The limit is evaluated for each turn, as the ERP does.
    const limit = numberOf(yield* evaluate(thread, frame, node.to));
    const at = numberOf(cell.value);
    if (step >= 0 ? at > limit : at < limit) return null;
    yield* thread.breathe();
    const ended = yield* execute(thread, frame, node.body);
    if (ended?.kind === 'return') return ended;
    if (ended?.kind === 'exit') return null;
    cell.value = numberOf(cell.value) + step;
  }
}

/**
 * `Recover` is reached by `Break` only. An error comes to it through an `ErrorBlock` that breaks, as in the ERP: without one it ends the
 * thread, `Begin Sequence` or not.
 */
function* sequence(thread: ErpThread, frame: Frame, node: Sequence): Steps<Ended | null> {
  const before = thread.snapshot();
  try {
    return yield* execute(thread, frame, node.body);
  } catch (error) {
    const signal = error instanceof BreakSignal ? error : yield* breakOf(thread, error);
    thread.restore(before);
    if (thread.transaction.depth !== before.transactions)
      throw new FatalError('Break has left a transaction that nobody ends');
    if (node.recover === null) return null;
    if (node.using !== null) variable(thread, frame, node.using.key).value = signal.value as Value;
    return yield* execute(thread, frame, node.recover);
  }
}

/** What the error block makes of an error; the error itself when it does not break. */
function* breakOf(thread: ErpThread, error: unknown): Steps<BreakSignal> {
  if (!(error instanceof RunTimeError)) throw error;
  error.at(thread.place);
  if (error instanceof FatalError || thread.errorBlock === null) throw error;
  thread.erp.faults.push(error);
  try {
    yield* evaluateBlock(thread, thread.errorBlock, [thread.erp.errorObject(error)]);
  } catch (thrown) {
    if (thrown instanceof BreakSignal) return thrown;
    throw thrown;
  }
  throw error;
}

function* transaction(
  thread: ErpThread,
  frame: Frame,
  { body, line }: Transaction,
): Steps<Ended | null> {
  thread.transaction.begin();
  const ended = yield* execute(thread, frame, body);
  if (ended !== null)
    throw new FatalError(`${ended.kind} leaves the transaction of line ${line} open`);
  const hook = thread.erp.hooks.beforeCommit?.(thread);
  if (hook !== undefined) yield hook;
  thread.checkAlive();
  thread.transaction.end();
  return null;
}

function* addOption(thread: ErpThread, frame: Frame, node: AddOption): Steps<void> {
  const row: Value[] = [];
  for (const each of [node.title, node.action]) row.push(yield* evaluate(thread, frame, each));
  row.push(0);
  for (const each of [node.operation, node.access]) row.push(yield* evaluate(thread, frame, each));
  arrayOf(variable(thread, frame, node.target.key).value).push(row);
}
