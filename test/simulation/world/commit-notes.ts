import type { LedgerNumber, LedgerSlot } from '@bridge/kafka';
import { identify } from '../../../apps/bridge/src/relay/pipeline-identity.js';
import type { BatchWatch } from '../memory-outbox/memory-outbox.js';
import type { CommitWatch } from '../model-ports/model-transactional.producer.js';
import type { World } from './world.js';

/** Notes which doubts a run has come to, so that a simulation that meets none is seen to be worth nothing. */
export class CommitNotes implements CommitWatch, BatchWatch {
  private readonly answeredHere = new Set<string>();

  constructor(private readonly world: World) {}

  tried({ partition }: LedgerSlot, { number, token }: LedgerNumber): void {
    this.world.commitsTried.add(`${partition} ${number} ${token}`);
  }

  answered({ partition }: LedgerSlot, { number, token }: LedgerNumber): void {
    this.answeredHere.add(`${partition} ${number} ${token}`);
  }

  ending(how: 'close' | 'abandon', pipeline: string, number: number): void {
    const { tables, commitsTried, seen } = this.world;
    const token = tables.pipelines.state(pipeline)?.openBatch?.token ?? '';
    const { partition } = identify(tables.outboxId, pipeline).slot;
    const name = `${partition} ${number} ${token}`;
    if (how === 'close' && !this.answeredHere.has(name)) seen('a doubt was found committed');
    if (how === 'abandon' && commitsTried.has(name)) seen('a doubt was found not committed');
    if (how === 'abandon' && !commitsTried.has(name)) seen('a batch was abandoned before commit');
  }
}
