export { variableKey } from './cursor.js';
export { parse, userFunctionKey } from './parse.js';
export { unreachable } from './unreachable.js';
export { AdvplSyntaxError } from './syntax-error.js';
export type * from './tree.js';
export { blocksOf, deep, expressionsIn, expressionsOf, parts, statementsIn } from './walk.js';
