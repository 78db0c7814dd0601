import type { Steps } from '../run/steps.js';
import type { Value } from '../run/values.js';
import type { ErpThread } from '../thread.js';

/** A function of the ERP. Arguments that were not given are Nil. */
export type LibraryFunction = (thread: ErpThread, ...args: Value[]) => Value | Steps<Value>;

export type Functions = Readonly<Record<string, LibraryFunction>>;
