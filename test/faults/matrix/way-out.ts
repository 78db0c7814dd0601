import { outboxCommand, type CommandEnd } from '../../operator/outbox-command.js';
import type { BridgeSetup } from '../../support/bridge-setup.js';
import { readTopic } from '../../support/consumer.js';
import { lost } from '../../support/oracle/checks/presence.js';
import { caseOf } from '../../support/oracle/evidence.js';
import type { Figures } from '../../support/oracle/figures.js';
import type { Load } from '../../support/oracle/load.js';
import type { Report } from '../../support/oracle/run-with-oracle.js';
import type { FaultyWorld } from './faulty-world.js';
import { untilReadyIs } from './ready.js';

/** `npm run outbox -- …` for the outbox of this bridge. @throws Error when it does not end with this code. */
export async function outbox(
  { bridge }: BridgeSetup,
  args: readonly string[],
  expected: number,
): Promise<CommandEnd> {
  const end = await outboxCommand(bridge.env, ...args);
  if (end.code !== expected) {
    throw new Error(`outbox ${args.join(' ')} ended with ${end.code}: ${end.said}`);
  }
  return end;
}

/** Starts the bridge, which must accept, say this code, and send nothing; stops it. */
export async function acceptsAndSendsNothing(
  world: FaultyWorld,
  { bridge }: BridgeSetup,
  { topics, load, code }: { topics: readonly string[]; load: Load; code: string },
): Promise<void> {
  const delivered = async (): Promise<number> =>
    (await readTopic(world.kafka.bootstrap, topics)).length;
  await bridge.start();
  await untilReadyIs(bridge.url, code);
  const before = await delivered();
  await load.untilMore(20);
  const after = await delivered();
  if (after !== before) throw new Error(`${code}, and ${after - before} records were sent.`);
  const said = bridge.lines.filter((line) => line.includes(code));
  if (said.length === 0) throw new Error(`The bridge has not said ${code}.`);
  await bridge.terminate();
}

/** What an operator does about it: looks, puts it right, starts. */
export async function reconcileAndStart(setup: BridgeSetup): Promise<void> {
  await outbox(setup, ['reconcile'], 1);
  await outbox(setup, ['reconcile', '--apply'], 0);
  await setup.bridge.start();
  await untilReadyIs(setup.bridge.url, null);
}

/**
 * C1, where the fault itself has destroyed records: only those are lost that somebody has been told of, so that the ERP
 * posts them again. Returns the figures without them, and how many they were.
 * @throws Error that names what should be there.
 */
export function withoutNamed(
  { evidence, figures }: Report,
  named: ReadonlySet<string>,
): { readonly figures: Figures; readonly gone: number } {
  const all = lost(caseOf(evidence));
  const others = all.filter((id) => !named.has(id));
  if (others.length > 0) {
    throw new Error(
      `Lost, and not by the fault: ${others.length}, ${others.slice(0, 5).join(' ')}`,
    );
  }
  return { figures: { ...figures, lost: 0 }, gone: all.length };
}
