import { expressionsIn, statementsIn, type FunctionNode, type Name } from '../../language/index.js';
import type { Finding, Rule } from '../finding.js';
import type { Place } from '../project.js';

/** U_ takes two of the ten characters by which .prw sources tell names apart. */
const USER_FUNCTION = 8;
const OTHER_NAME = 10;
/** X6_VAR */
const PARAMETER = 10;
const PARAMETER_NAME = /^MV_\w+$/i;

const ENTRY_POINT = /^[\s*]*Transaction:/im;

/** Names that users' sources call already; the first ten characters of each are its own. */
const GRANDFATHERED = new Set(['SENDKAFKA', 'TESTKAFKA']);

export const names: Rule = function* ({ functions }): Iterable<Finding> {
  const seen = new Map<string, Place>();
  for (const place of functions) {
    const { unit, node } = place;
    const { file } = unit;
    yield* functionName(place);
    yield* variableNames(file, node);
    yield* parameterNames(file, node);
    const key = node.scope === 'user' ? node.key : `${file} ${node.key}`;
    const other = seen.get(key);
    seen.set(key, place);
    if (other === undefined) continue;
    const text = `${node.name} is in ${other.unit.file}:${other.node.line} as well`;
    yield { file, line: node.line, rule: 'duplicate-function', text };
  }
};

function* functionName({ unit, node }: Place): Iterable<Finding> {
  const { scope, name, line } = node;
  const { file, header } = unit;
  const longest = scope === 'user' ? USER_FUNCTION : OTHER_NAME;
  if (name.length <= longest || GRANDFATHERED.has(name.toUpperCase())) return;
  // The ERP itself gave the point its name, and calls it by its first characters.
  const entryPoint = header.some((note) => ENTRY_POINT.test(note));
  if (entryPoint && file.toUpperCase().endsWith(`/${name.toUpperCase()}.PRW`)) return;
  yield { file, line, rule: 'name-length', text: `${name} has more than ${longest} characters` };
}

function* variableNames(file: string, node: FunctionNode): Iterable<Finding> {
  for (const { name, line } of declaredNames(node)) {
    if (name.length <= OTHER_NAME) continue;
    const text = `${name} has more than ${OTHER_NAME} characters`;
    yield { file, line, rule: 'name-length', text };
  }
}

function declaredNames({ parameters, body }: FunctionNode): readonly Name[] {
  const found = [...parameters];
  for (const statement of statementsIn(body)) {
    if (statement.kind === 'local' || statement.kind === 'private')
      found.push(...statement.variables.map(({ name }) => name));
  }
  for (const expression of expressionsIn(body))
    if (expression.kind === 'block') found.push(...expression.parameters);
  return found;
}

function* parameterNames(file: string, { body }: FunctionNode): Iterable<Finding> {
  for (const expression of expressionsIn(body)) {
    if (expression.kind !== 'literal' || typeof expression.value !== 'string') continue;
    const { value, line } = expression;
    if (!PARAMETER_NAME.test(value) || value.length <= PARAMETER) continue;
    const text = `${value} has more than ${PARAMETER} characters, which X6_VAR does not hold`;
    yield { file, line, rule: 'parameter-name', text };
  }
}
