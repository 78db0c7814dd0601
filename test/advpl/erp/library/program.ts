import { variableKey } from '../../../../dev/advpl/language/index.js';
import { BreakSignal, RunTimeError } from '../run/faults.js';
import { Frame } from '../run/frame.js';
import type { Steps } from '../run/steps.js';
import { blockOf, Closure, isObject, textOf, typeOf, type Value } from '../run/values.js';
import type { ErpThread } from '../thread.js';
import type { Functions } from './function.js';

/** The ERP's own error block: sources get it from ErrorBlock(), and give it back. */
const ENDS_THE_THREAD = new Closure(
  { kind: 'block', parameters: [], expressions: [], line: 0, column: 0 },
  new Frame(''),
);

export const program: Functions = {
  ValType: (_, value) => typeOf(value),
  // A macro in the ERP: it does not see locals.
  Type: (thread, name) => {
    const cell = thread.variables.find(variableKey(textOf(name)));
    return cell === undefined ? 'U' : typeOf(cell.value);
  },
  ExistBlock: ({ erp }, name) => erp.program.find('', `U_${textOf(name).trim()}`) !== undefined,
  ExecBlock: (thread, name, _a, _b, parameters) => execBlock(thread, textOf(name), parameters),
  FindFunction: ({ erp }, name) => {
    const key = textOf(name).trim().toUpperCase();
    return erp.program.find('', key) !== undefined || erp.library.has(key);
  },
  MethIsMemberOf: (_, object, name) =>
    isObject(object) && object.methods.has(textOf(name).toUpperCase()),
  ErrorBlock: (thread, block) => {
    const before = thread.errorBlock;
    if (block !== null) thread.errorBlock = block === ENDS_THE_THREAD ? null : blockOf(block);
    return before ?? ENDS_THE_THREAD;
  },
  Break: (_, value) => {
    throw new BreakSignal(value);
  },
  UserException: (_, text) => {
    throw new RunTimeError(textOf(text));
  },
  FreeObj: () => null,
  IsInCallStack: ({ stack }, name) => stack.includes(variableKey(textOf(name))),
  FWIsInCallStack: ({ stack }, name) => stack.includes(variableKey(textOf(name))),
  ProcName: ({ stack }, level) => stack.at(-1 - Number(level ?? 0)) ?? '',
  ProcLine: ({ place }) => place.line,
  FunName: ({ stack }) => stack[0] ?? '',
};

function* execBlock(thread: ErpThread, name: string, parameters: Value): Steps<Value> {
  const mark = thread.variables.mark();
  thread.variables.push('PARAMIXB', { value: parameters });
  const value = yield* thread.invoke('', `U_${name.trim().toUpperCase()}`, []);
  thread.variables.release(mark);
  return value;
}
