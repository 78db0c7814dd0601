import {
  expressionsIn,
  statementsIn,
  type Call,
  type Expression,
  type SourceUnit,
  type Statement,
} from '../../language/index.js';
import type { Finding, Rule, RuleName } from '../finding.js';
import { signatureOf, type Effect } from '../library/index.js';
import type { Place, Project } from '../project.js';

const IN_TRANSACTION = /^[\s*]*Transaction:\s*yes\b/im;
const SAYS = /^[\s*]*Transaction:\s*(?:yes|no)\b/im;
const ENTRY_POINTS = /(?:^|\/)entry-points\//;
const JOB = /^[\s*-]*Job[\s-]*$/im;
/** Writes into the outbox in the transaction of whoever calls it. */
const ENQUEUE = 'U_KBENQ';

/** Code from which an effect must not be reached. */
interface Root {
  readonly name: string;
  readonly unit: SourceUnit;
  readonly body: readonly Statement[];
}

/** No HTTP and no window from a transaction, no window from a job, over any number of calls. */
export const reach: Rule = function* (project): Iterable<Finding> {
  yield* undecided(project);
  const transactions = [...transactionRoots(project)];
  yield* reached(project, transactions, 'http', 'http-in-transaction');
  yield* reached(project, transactions, 'ui', 'ui-in-transaction');
  yield* reached(project, [...jobRoots(project)], 'ui', 'ui-in-job');
};

/** An entry point that does not say where it runs would be looked at by nobody. */
function* undecided({ units }: Project): Iterable<Finding> {
  for (const { file, header } of units) {
    if (!ENTRY_POINTS.test(file) || header.some((note) => SAYS.test(note))) continue;
    const text = 'the header says neither "Transaction: yes" nor "Transaction: no"';
    yield { file, line: 1, rule: 'entry-point', text };
  }
}

function* transactionRoots({ functions }: Project): Iterable<Root> {
  for (const { unit, node } of functions) {
    const point = node.scope === 'user' && unit.header.some((note) => IN_TRANSACTION.test(note));
    if (point || node.key === ENQUEUE) yield rootOf({ unit, node });
    for (const statement of statementsIn(node.body)) {
      if (statement.kind !== 'transaction') continue;
      const name = `the transaction in ${node.name}`;
      yield { name, unit, body: statement.body };
    }
  }
}

function* jobRoots({ functions }: Project): Iterable<Root> {
  for (const place of functions)
    if (place.node.notes.some((note) => JOB.test(note))) yield rootOf(place);
}

function rootOf({ unit, node }: Place): Root {
  return { name: node.name, unit, body: node.body };
}

function* reached(
  project: Project,
  roots: readonly Root[],
  effect: Effect,
  rule: RuleName,
): Iterable<Finding> {
  const told = new Set<string>();
  for (const { name, unit, body } of roots) {
    for (const { file, call, way } of effects(project, unit, body, effect, [name], new Set())) {
      const key = `${file}:${call.line}`;
      if (told.has(key)) continue;
      told.add(key);
      yield { file, line: call.line, rule, text: `${call.name}() is reached: ${way.join(' > ')}` };
    }
  }
}

interface Reached {
  readonly file: string;
  readonly call: Call;
  /** From the root to the function that holds the call. */
  readonly way: readonly string[];
}

function* effects(
  project: Project,
  unit: SourceUnit,
  body: readonly Statement[],
  effect: Effect,
  way: readonly string[],
  visited: Set<Place>,
): Iterable<Reached> {
  for (const expression of expressionsIn(body)) {
    if (expression.kind !== 'call') continue;
    const callee = calleeOf(project, unit, expression);
    if (callee === undefined) {
      if (signatureOf(expression.key)?.effect === effect)
        yield { file: unit.file, call: expression, way };
      continue;
    }
    if (visited.has(callee)) continue;
    visited.add(callee);
    const { node } = callee;
    yield* effects(project, callee.unit, node.body, effect, [...way, node.name], visited);
  }
}

/** The function of ours that a call runs in this thread: StartJob runs one in another. */
function calleeOf(project: Project, unit: SourceUnit, { key, args }: Call): Place | undefined {
  if (key !== 'EXECBLOCK') return project.find(unit, key);
  const name = textOf(args[0] ?? null);
  return name === null ? undefined : project.userFunction(`U_${name}`);
}

function textOf(expression: Expression | null): string | null {
  return expression?.kind === 'literal' && typeof expression.value === 'string'
    ? expression.value.trim()
    : null;
}
