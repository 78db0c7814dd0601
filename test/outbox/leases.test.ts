import type { Leases, LeaseView } from '@bridge/outbox';
import { LeaseConnection } from '../../libs/outbox/src/postgres/lease-connection.js';
import { PostgresLeases } from '../../libs/outbox/src/postgres/postgres-leases.js';
import { until } from '../support/bridge-api.js';
import { Opened, postgresTestEngine } from './engines.js';

async function renewed(one: Leases): Promise<LeaseView> {
  await one.renew();
  return one.look();
}

const EVERY = Array.from({ length: 64 }, (_, lane) => lane);

describe('the leases on PostgreSQL', () => {
  const engine = postgresTestEngine();
  const opened = new Opened();
  const connections: LeaseConnection[] = [];
  let url: string;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
    // Makes the tables.
    await opened.open(url);
    await opened.closeAll();
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.close();
  });

  function instance(): Leases {
    const connection = new LeaseConnection(url, true);
    connections.push(connection);
    return new PostgresLeases(connection, connection.instance);
  }

  /** As if the time of its lease had passed. */
  const expire = (slot: number) =>
    engine.look(url, `UPDATE slot SET expires_at = now() - interval '1 ms' WHERE slot = ${slot}`);

  const owned = (lanes: readonly (number | null)[], slot: number | null): readonly number[] =>
    EVERY.filter((lane) => lanes[lane] === slot);

  it('give each instance a slot of its own, also when all come at once', async () => {
    const instances = Array.from({ length: 8 }, instance);
    const views = await Promise.all(instances.map((one) => renewed(one)));
    expect(views.map(({ mine }) => mine?.slot).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect((await renewed(instance())).mine).toBeNull();
  });

  it('are kept by renewing them', async () => {
    const one = instance();
    expect((await renewed(one)).mine?.slot).toBe(0);
    const view = await renewed(one);
    expect([view.mine?.slot, view.holders[0], view.holders[1]]).toEqual([0, 'me', 'nobody']);
    expect((await renewed(instance())).holders.slice(0, 3)).toEqual(['another', 'me', 'nobody']);
  });

  it('take lanes that are nobody’s, and give lanes away', async () => {
    const [one, two] = [instance(), instance()];
    await renewed(one);
    await renewed(two);
    expect(await one.takeLanes(EVERY)).toEqual(EVERY);
    expect(await two.takeLanes([0, 1])).toEqual([]);
    await one.giveLanes([1, 3]);
    expect(await two.takeLanes([0, 1, 2, 3])).toEqual([1, 3]);
    const { lanes } = await renewed(one);
    expect(owned(lanes, 1)).toEqual([1, 3]);
    expect(owned(lanes, 0)).toHaveLength(62);
  });

  it('of an instance that is gone are taken over by one other, and end when it says so', async () => {
    const [dead, one, two] = [instance(), instance(), instance()];
    for (const each of [dead, one, two]) await renewed(each);
    await dead.takeLanes([5, 6]);
    expect(await one.takeOver(0)).toBeNull();
    await expire(0);
    expect((await renewed(one)).holders[0]).toBe('gone');
    const taken = await Promise.all([one.takeOver(0), two.takeOver(0)]);
    expect(taken.filter((tenure) => tenure !== null)).toEqual([{ slot: 0, epoch: 2 }]);
    const heir = taken[0] === null ? two : one;
    const other = heir === one ? two : one;
    // While its batches are settled nobody else may have its lanes.
    expect((await renewed(other)).holders[0]).toBe('heir');
    expect(await other.takeLanes([5])).toEqual([]);
    await other.dissolve(0);
    expect(owned((await renewed(other)).lanes, 0)).toEqual([5, 6]);
    await heir.dissolve(0);
    expect((await renewed(other)).holders[0]).toBe('nobody');
    expect(await other.takeLanes([5, 6])).toEqual([5, 6]);
  });

  it('of a process that has ended are taken over before they end; not of one that is only frozen', async () => {
    const [dead, frozen, one] = [instance(), instance(), instance()];
    for (const each of [dead, frozen, one]) await renewed(each);
    await connections[0]?.close();
    // Neither has renewed it for a while.
    await engine.look(url, "UPDATE slot SET expires_at = now() + interval '5 s' WHERE slot < 2");
    const { holders } = await until(
      'the server has been up for long enough',
      () => one.look(),
      (view) => view.holders[0] === 'gone',
    );
    expect(holders.slice(0, 3)).toEqual(['gone', 'another', 'me']);
    expect(await one.takeOver(1)).toBeNull();
    expect(await one.takeOver(0)).toEqual({ slot: 0, epoch: 2 });
  });

  it('of a process that has ended are kept until it ought to have renewed them', async () => {
    const [dead, one] = [instance(), instance()];
    for (const each of [dead, one]) await renewed(each);
    await connections[0]?.close();
    expect((await one.look()).holders[0]).toBe('another');
    expect(await one.takeOver(0)).toBeNull();
  });

  it('are lost by who wakes up too late: he gets another slot, and changes nothing of the old one', async () => {
    const [late, one] = [instance(), instance()];
    await renewed(late);
    await late.takeLanes(EVERY);
    await renewed(one);
    await expire(0);
    await one.takeOver(0);
    await late.giveLanes([0, 1]);
    await late.dissolve(0);
    expect(owned((await renewed(one)).lanes, null)).toEqual([]);
    await one.dissolve(0);
    expect(await late.takeLanes([1])).toEqual([]);
    const view = await renewed(late);
    expect(view.mine?.slot).toBe(0);
    expect(owned(view.lanes, null)).toEqual(EVERY);
  });

  it('are taken back by who was only slow', async () => {
    const slow = instance();
    await renewed(slow);
    await slow.takeLanes([7]);
    await expire(0);
    expect(await slow.takeLanes([8])).toEqual([]);
    const { mine, lanes } = await renewed(slow);
    expect([mine?.slot, owned(lanes, 0)]).toEqual([0, [7]]);
  });

  it('are given back when an instance leaves', async () => {
    const one = instance();
    await renewed(one);
    await one.takeLanes(EVERY);
    await one.leave();
    const view = await renewed(instance());
    expect([view.mine?.slot, owned(view.lanes, null)]).toEqual([0, EVERY]);
  });

  it('go on over a lost connection', async () => {
    const one = instance();
    await renewed(one);
    await engine.look(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ponte-outbox'",
    );
    await renewed(one).catch(() => undefined);
    expect((await renewed(one)).mine?.slot).toBe(0);
  });
});
