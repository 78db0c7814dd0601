import type { PipelineState } from '@bridge/outbox';
import { pipelineAhead } from './ledgers-ahead.js';
import { identify } from './pipeline-identity.js';

describe('whether Kafka has a batch that the database has never opened', () => {
  const ask = (
    database: Readonly<Record<string, number>>,
    kafka: Readonly<Record<string, number>>,
  ): Promise<string | null> => {
    const pipelines = Object.entries(database).map(([name, batchNumber]) => {
      return { name, batchNumber, committedNumber: 0, openBatch: null, ledgerAt: null };
    });
    const numbers = Object.entries(kafka).map(([name, number]) => {
      return [identify('id', name).slot.partition, number] as const;
    });
    return pipelineAhead(
      { outboxId: 'id', pipelines: async (): Promise<readonly PipelineState[]> => pipelines },
      { numbers: async () => new Map(numbers) },
    );
  };

  it('is no when it has each', async () => {
    expect(await ask({}, {})).toBeNull();
    expect(await ask({ 'main-0': 7, side: 3 }, { 'main-0': 7, side: 3 })).toBeNull();
    // A batch that was abandoned, or is on its way.
    expect(await ask({ 'main-0': 8 }, { 'main-0': 7 })).toBeNull();
    expect(await ask({ 'main-0': 8 }, {})).toBeNull();
  });

  it('is yes for any pipeline, also one that this instance has never had', async () => {
    expect(await ask({ 'main-0': 7 }, { 'main-0': 8 })).toBe('main-0');
    expect(await ask({ 'main-0': 7 }, { 'main-0': 7, 'side-2': 1 })).toBe('side-2');
    expect(await ask({ 'main-0': 7, 'main-2': 4 }, { 'main-0': 7, 'main-2': 5 })).toBe('main-2');
  });
});
