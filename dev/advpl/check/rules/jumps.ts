import { blocksOf, type Statement } from '../../language/index.js';
import type { Finding, Rule } from '../finding.js';

/** What would be jumped out of; `loop` is whether a loop begins inside it. */
interface Around {
  readonly block: 'Begin Sequence' | 'Begin Transaction' | null;
  readonly loop: boolean;
}

const NOTHING: Around = { block: null, loop: false };

/** Return, Exit and Loop do not leave Begin Sequence before Recover, nor a transaction: nobody would end it. */
export const jumps: Rule = function* ({ functions }): Iterable<Finding> {
  for (const { unit, node } of functions) yield* jumpsIn(unit.file, node.body, NOTHING);
};

function* jumpsIn(file: string, body: readonly Statement[], around: Around): Iterable<Finding> {
  for (const statement of body) {
    const { kind, line } = statement;
    const leaves = kind === 'return' || ((kind === 'exit' || kind === 'loop') && !around.loop);
    if (leaves && around.block !== null)
      yield { file, line, rule: 'jump', text: `${kind} leaves ${around.block}` };
    for (const [at, block] of blocksOf(statement).entries())
      yield* jumpsIn(file, block, inside(statement, at, around));
  }
}

function inside({ kind }: Statement, block: number, around: Around): Around {
  if (kind === 'transaction') return { block: 'Begin Transaction', loop: false };
  // Recover, the second block, may be left.
  if (kind === 'sequence' && block === 0) return { block: 'Begin Sequence', loop: false };
  if (kind === 'while' || kind === 'for') return { ...around, loop: true };
  return around;
}
