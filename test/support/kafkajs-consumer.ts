import { createRequire } from 'node:module';

/** A part of kafkajs that its types do not name. */
interface RunnerInternals {
  readonly running: boolean;
}

type Fetch = (this: RunnerInternals, nodeId: number) => Promise<readonly unknown[]>;

const require = createRequire(import.meta.url);
let applied = false;

/**
 * A kafkajs consumer that is stopped while its fetchers are made anew, because a leader has moved, starts them once
 * more, and each asks for ever, gets nothing at once, and lets nobody else run in its process (2.2.4; seen in a
 * run of the fault matrix, which stood still for ten minutes). A fetcher of a stopped consumer ends here.
 */
export function patchConsumers(): void {
  if (applied) return;
  applied = true;
  const runner = require('kafkajs/src/consumer/runner') as { prototype: { fetch: Fetch } };
  const original = runner.prototype.fetch;
  runner.prototype.fetch = async function fetch(nodeId): Promise<readonly unknown[]> {
    if (!this.running) throw new Error('The consumer is stopped.');
    return original.call(this, nodeId);
  };
}
