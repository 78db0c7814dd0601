export interface BenchOptions {
  /** Short cells, one round: to see that everything works, not to quote. */
  readonly quick: boolean;
  /** Put what was found into docs/performance.md. */
  readonly write: boolean;
  /** Instead of measuring rates: where the bridge's CPU time goes. */
  readonly profile: boolean;
  /** Instead: several bridges on PostgreSQL, and what they must not let each other feel. */
  readonly instances: boolean;
  /** Instead: what keys cost, and what one tenant feels of another's flood. */
  readonly access: boolean;
}

const KINDS = ['--profile', '--instances', '--access'];
const NAMES = ['--quick', '--write', ...KINDS];

/** @throws Error that names what is not known or does not go together. */
export function readOptions(args: readonly string[]): BenchOptions {
  const unknown = args.filter((arg) => !NAMES.includes(arg));
  if (unknown.length > 0) {
    throw new Error(`Unknown: ${unknown.join(' ')}. There are ${NAMES.join(', ')}.`);
  }
  const given = (name: string): boolean => args.includes(name);
  if (given('--quick') && args.length > 1) {
    throw new Error('--quick goes alone: its cells are too short to be written down.');
  }
  if (KINDS.filter(given).length > 1) {
    throw new Error(`${KINDS.join(', ')} are different things: ask for one of them.`);
  }
  return {
    quick: given('--quick'),
    write: given('--write'),
    profile: given('--profile'),
    instances: given('--instances'),
    access: given('--access'),
  };
}
