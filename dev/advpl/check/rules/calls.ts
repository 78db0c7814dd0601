import {
  expressionsIn,
  type Call,
  type Expression,
  type SourceUnit,
} from '../../language/index.js';
import type { Finding, Rule } from '../finding.js';
import { METHODS, signatureOf } from '../library/index.js';
import type { Project } from '../project.js';

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS.map((name) => name.toUpperCase()));
/** A fatal error in a transaction, and one cannot see from a function whether there is one. */
const FORBIDDEN: ReadonlySet<string> = new Set(['DBRUNLOCK', 'DBUNLOCK', 'DBUNLOCKALL']);
/** The first argument names a function. */
const BY_NAME: ReadonlySet<string> = new Set(['STARTJOB']);

/** Functions and methods that somebody defines, with as many arguments as they take. */
export const calls: Rule = function* (project): Iterable<Finding> {
  for (const { unit, node } of project.functions) {
    for (const expression of expressionsIn(node.body)) {
      const fault = faultOf(project, unit, expression);
      if (fault !== null) yield { file: unit.file, line: expression.line, ...fault };
    }
  }
};

type Fault = Pick<Finding, 'rule' | 'text'>;

function faultOf(project: Project, unit: SourceUnit, expression: Expression): Fault | null {
  if (expression.kind === 'call') return callFault(project, unit, expression);
  if (expression.kind !== 'method' || KNOWN_METHODS.has(expression.name.toUpperCase())) return null;
  return { rule: 'unknown-method', text: `no class of the library has ${expression.name}()` };
}

function callFault(project: Project, unit: SourceUnit, call: Call): Fault | null {
  const { key, name, args } = call;
  if (FORBIDDEN.has(key))
    return { rule: 'forbidden-unlock', text: `${name} ends the thread in a transaction: MsUnlock` };
  const own = project.find(unit, key);
  if (own !== undefined) return countFault(name, args.length, 0, own.node.parameters.length);
  const signature = signatureOf(key);
  if (signature === undefined)
    return { rule: 'unknown-function', text: `nobody defines ${name}()` };
  return countFault(name, args.length, signature.least, signature.most) ?? nameFault(project, call);
}

function countFault(name: string, count: number, least: number, most: number): Fault | null {
  if (count >= least && count <= most) return null;
  const range = least === most ? `${most}` : `${least} to ${most}`;
  return { rule: 'arguments', text: `${name}() takes ${range} arguments, not ${count}` };
}

function nameFault(project: Project, { key, args }: Call): Fault | null {
  const [first] = args;
  if (!BY_NAME.has(key) || first?.kind !== 'literal' || typeof first.value !== 'string')
    return null;
  if (project.userFunction(first.value) !== undefined) return null;
  return { rule: 'unknown-function', text: `nobody defines ${first.value}()` };
}
