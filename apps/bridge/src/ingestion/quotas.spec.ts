import type { NewRecord, OutboxStore } from '@bridge/outbox';
import { Tenants, type Tenant } from '../access/index.js';
import { Quotas } from './quotas.js';

/** What an outbox says of what waits, when it is asked; the test says when it answers. */
class Counting {
  asked = 0;
  private answer: (count: number) => void = () => undefined;

  pendingOfTenant(): Promise<number> {
    this.asked++;
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  async say(count: number): Promise<void> {
    this.answer(count);
    await Promise.resolve();
    await Promise.resolve();
  }
}

const records = (count: number, tenant = 'acme'): readonly NewRecord[] =>
  Array.from(
    { length: count },
    () => ({ tenant, key: null, value: Buffer.alloc(10) }) as NewRecord,
  );

describe('what a tenant may have waiting', () => {
  let store: Counting;
  let quotas: Quotas;
  const ask = (count: number, limits: Partial<Tenant> = { queued_rows: 10 }): string | null => {
    const tenants = new Tenants([{ name: 'acme', topics: ['a*'], ...limits }]);
    return quotas.refusal(records(count), tenants)?.code ?? null;
  };

  beforeEach(() => {
    store = new Counting();
    quotas = new Quotas(store as unknown as OutboxStore);
  });

  it('is known at once by what was taken in, before anything is counted', () => {
    expect([ask(6), ask(4), ask(1)]).toEqual([null, null, 'quota_exceeded']);
    expect(store.asked).toBe(1);
  });

  it('is less when it is counted, and what was taken in meanwhile is added to it', async () => {
    expect(ask(9)).toBeNull();
    await store.say(0);
    expect([ask(1), ask(1)]).toEqual([null, 'quota_exceeded']);
    await store.say(7);
    // Of the nine before the second count seven wait; the tenth may have come too late for it.
    expect([ask(2), ask(1)]).toEqual([null, 'quota_exceeded']);
    expect(store.asked).toBe(3);
  });

  it('is nothing of what is sent at once, which counts for the rates alone', () => {
    const tenants = new Tenants([
      { name: 'acme', topics: ['a*'], queued_rows: 1, bytes_per_second: 20 },
    ]);
    const sent = (): unknown => quotas.refusal(records(1), tenants, false)?.message ?? null;
    expect([sent(), sent()]).toEqual([null, null]);
    expect(sent()).toMatch(/bytes a second/);
    expect(store.asked).toBe(0);
  });

  it('is nobody’s who has no quota, or is no tenant', () => {
    expect(ask(1_000, {})).toBeNull();
    expect(quotas.refusal(records(1_000, ''), new Tenants([]))).toBeNull();
    expect(store.asked).toBe(0);
  });

  it('is as good as it was when it cannot be counted', async () => {
    quotas = new Quotas({
      pendingOfTenant: () => Promise.reject(new Error('away')),
    } as unknown as OutboxStore);
    expect(ask(10)).toBeNull();
    await Promise.resolve();
    expect(ask(1)).toBe('quota_exceeded');
  });

  it('counts for nothing when the request is refused for another tenant of it', () => {
    const tenants = new Tenants([
      { name: 'acme', topics: ['a*'], records_per_second: 1 },
      { name: 'beta', topics: ['b*'], records_per_second: 1 },
    ]);
    expect(quotas.refusal(records(1, 'beta'), tenants)).toBeNull();
    const both = [...records(1), ...records(1, 'beta')];
    expect(quotas.refusal(both, tenants)?.code).toBe('quota_exceeded');
    expect(quotas.refusal(records(1), tenants)).toBeNull();
  });
});
