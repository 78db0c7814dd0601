import type { FakeErp } from './erp/index.js';
import { fromErpText, toErpText } from './erp/index.js';
import { clerk, protheus, queueOf, type ProtheusOptions } from './protheus.js';
import { ACCEPTED, ScriptedBridge, type Scripted } from './scripted-bridge.js';

/** A row that is pending: when it was queued is its place in the order. */
interface Pending {
  readonly id: string;
  readonly key: string;
  readonly topic?: string;
  readonly json?: string;
}

let now = 0;
let bridge: ScriptedBridge;
let second: ScriptedBridge;

beforeEach(async () => {
  now = Date.parse('2026-03-16T12:00:00Z');
  [bridge, second] = await Promise.all([ScriptedBridge.start(), ScriptedBridge.start()]);
});

afterEach(async () => {
  await Promise.all([bridge.stop(), second.stop()]);
});

function erpWith(rows: readonly Pending[], options: ProtheusOptions = {}): FakeErp {
  const erp = protheus({ clock: () => new Date(now), ...options });
  erp.parameters.set('MV_KAFKABR', `${bridge.url}/, ${second.url}`);
  rows.forEach(({ id, key, topic = 't', json = '{"a":10.00}' }, at) => {
    const queued = `09:00:${String(at).padStart(2, '0')}`;
    const fixed = { ZK_STATUS: '1', ZK_DTINC: '20260316', ZK_HRINC: queued, ZK_EVENTO: 'teste' };
    erp
      .table('SZK')
      .insert({ ...fixed, ZK_ID: id, ZK_CHAVE: key, ZK_TOPICO: topic, ZK_JSON: json });
  });
  return erp;
}

const drain = async (erp: FakeErp): Promise<unknown> => erp.user(['SZK']).run('U_KBDRENA');
const states = (erp: FakeErp): readonly string[] =>
  queueOf(erp).map(({ id, status }) => `${id}${status}`);
const refusing =
  (...ids: readonly string[]) =>
  ({ records }: { readonly records: readonly { readonly message_id: string }[] }): Scripted =>
    records.some((each) => ids.includes(each.message_id)) ? { status: 400 } : ACCEPTED;

describe('what is posted', () => {
  it('is a batch for each topic, each record with its id, and what was queued byte for byte', async () => {
    const erp = erpWith([
      { id: 'a', key: 'k"1' },
      { id: 'b', key: 'k2', topic: 'u' },
      { id: 'c', key: 'k"1' },
    ]);
    expect(await drain(erp)).toBe(3);
    expect(bridge.posts.map(({ topic, body }) => [topic, body.toString()])).toEqual([
      [
        't',
        '{"records":[{"key":"k\\"1","message_id":"a","data":{"a":10.00}},{"key":"k\\"1","message_id":"c","data":{"a":10.00}}]}',
      ],
      ['u', '{"key":"k2","message_id":"b","data":{"a":10.00}}'],
    ]);
    expect(bridge.posts[1]!.headers['idempotency-key']).toBe('b');
    expect(bridge.posts[0]!.headers['idempotency-key']).toBeUndefined();
    expect(queueOf(erp)[0]).toMatchObject({ status: '2', http: 200, tries: 1, offset: '7' });
  });

  it('is UTF-8, or what it is with its name', async () => {
    const erp = erpWith([
      { id: 'a', key: '1', topic: 't', json: toErpText('{"a":"AÇÃO €"}') },
      { id: 'b', key: '2', topic: 'u', json: '{"a":"\u0081"}' },
    ]);
    await drain(erp);
    const [utf8, raw] = bridge.posts;
    expect(utf8!.body.toString('utf8')).toContain('AÇÃO €');
    expect(utf8!.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(raw!.body.includes(0x81)).toBe(true);
    expect(raw!.headers['content-type']).toBe('application/json; charset=windows-1252');
  });

  it('brings the API key', async () => {
    const erp = erpWith([{ id: 'a', key: '1' }]);
    erp.parameters.set('MV_KBCHAVE', 'segredo');
    await drain(erp);
    expect(bridge.posts[0]!.headers.authorization).toBe('Bearer segredo');
  });

  it('is no more at once than is asked for', async () => {
    const rows = Array.from({ length: 7 }, (_, n) => ({ id: `r${n}`, key: `k${n % 2}` }));
    const erp = erpWith(rows);
    erp.parameters.set('MV_KBLOTE', '3');
    await drain(erp);
    expect(bridge.posts.map(({ records }) => records.length)).toEqual([3, 3, 1]);
    expect(bridge.ids).toEqual(rows.map(({ id }) => id));
  });

  it('is no more bytes at once than a string of the ERP holds', async () => {
    const json = `{"a":"${'x'.repeat(150_000)}"}`;
    const erp = erpWith(['a', 'b', 'c'].map((id) => ({ id, key: id, json })));
    await drain(erp);
    expect(bridge.posts.map(({ records }) => records.length)).toEqual([2, 1]);
  });
});

describe('what is refused', () => {
  it('is one record alone, when it came in a batch', async () => {
    bridge.answers(refusing('b'));
    const erp = erpWith([
      { id: 'a', key: '1' },
      { id: 'b', key: '2' },
      { id: 'c', key: '3' },
    ]);
    expect(await drain(erp)).toBe(2);
    expect(states(erp)).toEqual(['a2', 'b3', 'c2']);
    expect(bridge.ids).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(queueOf(erp)[1]).toMatchObject({ http: 400, message: 'code_400: No.' });
    expect(second.posts).toEqual([]);
  });

  it.each([400, 404, 409, 413, 415, 422])('ends as refused with %i', async (status) => {
    bridge.answers(() => ({ status }));
    const erp = erpWith([{ id: 'a', key: '1' }]);
    await drain(erp);
    expect(states(erp)).toEqual(['a3']);
  });

  it('holds up nobody behind it', async () => {
    bridge.answers(refusing('a'));
    const erp = erpWith([
      { id: 'a', key: '1' },
      { id: 'b', key: '1' },
    ]);
    expect(await drain(erp)).toBe(1);
    expect(states(erp)).toEqual(['a3', 'b2']);
  });
});

describe('what is to be tried again', () => {
  it.each([401, 403, 408, 425, 429, 500, 502, 503, 507, 202, 204, 302])(
    'waits after %i from both bridges',
    async (status) => {
      bridge.answers(() => ({ status }));
      second.answers(() => ({ status }));
      const erp = erpWith([{ id: 'a', key: '1' }]);
      expect(await drain(erp)).toBe(0);
      expect([states(erp), bridge.ids, second.ids]).toEqual([['a1'], ['a'], ['a']]);
      await drain(erp);
      expect(bridge.ids).toEqual(['a']);
      now += 15_000;
      bridge.answers(() => ACCEPTED);
      expect(await drain(erp)).toBe(1);
    },
  );

  it.each([
    ['no JSON', '<html>welcome</html>'],
    ['no offsets', '{"success":true}'],
    ['an offset too few', '{"offsets":[]}'],
    ['an offset too many', '{"offsets":[{"offset":"1"},{"offset":"2"}]}'],
  ])('is an answer of 200 with %s', async (_, body) => {
    bridge.answers(() => ({ status: 200, body }));
    second.answers(() => ({ status: 200, body }));
    const erp = erpWith([{ id: 'a', key: '1' }]);
    expect(await drain(erp)).toBe(0);
    expect(queueOf(erp)).toMatchObject([
      { status: '1', http: 0, message: 'Resposta 200 que nao e da ponte' },
    ]);
    expect(second.ids).toEqual(['a']);
  });

  it('waits twice as long each time, up to a limit, over midnight', async () => {
    bridge.answers(() => ({ status: 503 }));
    second.answers(() => ({ status: 503 }));
    const erp = erpWith([{ id: 'a', key: '1' }]);
    now = Date.parse('2026-03-17T02:59:50Z');
    const waits: unknown[] = [];
    for (let n = 0; n < 6; n += 1) {
      await drain(erp);
      const { row } = queueOf(erp)[0]!;
      const due = Date.parse(
        `${String(row['ZK_DTPROX']).replace(/(....)(..)(..)/, '$1-$2-$3')}T${String(row['ZK_HRPROX'])}-03:00`,
      );
      waits.push((due - now) / 1000);
      now = due;
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 300]);
  });

  it('is never given up while the bridge is down', async () => {
    const erp = erpWith([{ id: 'a', key: '1' }]);
    erp
      .table('SZK')
      .insert({ ZK_ID: 'b', ZK_STATUS: '1', ZK_CHAVE: '2', ZK_TOPICO: 't', ZK_TENT: 999 });
    await bridge.stop();
    await second.stop();
    expect(await drain(erp)).toBe(0);
    expect(states(erp)).toEqual(['a1', 'b1']);
    expect(queueOf(erp)[1]).toMatchObject({ tries: 999, http: 0 });
    expect(queueOf(erp)[0]!.message).not.toBe('');
  });

  it('is given up when the bridge says so often enough that it may not', async () => {
    bridge.answers(() => ({ status: 403 }));
    second.answers(() => ({ status: 403 }));
    const erp = erpWith([{ id: 'a', key: '1' }]);
    erp.parameters.set('MV_KBTENT', 2);
    await drain(erp);
    expect(states(erp)).toEqual(['a1']);
    now += 60_000;
    await drain(erp);
    expect(states(erp)).toEqual(['a9']);
  });
});

describe('the order of a key', () => {
  it('is kept: what is behind a record that is not due waits, the others do not', async () => {
    const erp = erpWith([
      { id: 'a', key: '1' },
      { id: 'b', key: '1' },
      { id: 'c', key: '2' },
    ]);
    const table = erp.table('SZK');
    table.write(table.row(1)!, withDue(erp, '20260316', '10:00:00'));
    expect(await drain(erp)).toBe(1);
    expect(bridge.ids).toEqual(['c']);
    now += 7_200_000;
    expect(await drain(erp)).toBe(2);
    expect(bridge.ids).toEqual(['c', 'a', 'b']);
  });

  it('is kept when the clocks of two servers differ', async () => {
    const erp = erpWith([{ id: 'a', key: '1' }]);
    erp.table('SZK').insert({ ...pendingRow, ZK_ID: 'b', ZK_CHAVE: '1', ZK_HRINC: '08:59:58' });
    expect(await drain(erp)).toBe(2);
    expect(bridge.ids).toEqual(['a', 'b']);
  });

  it('is kept: what is behind a row of an open transaction waits', async () => {
    const erp = erpWith([
      { id: 'a', key: '1' },
      { id: 'b', key: '2' },
    ]);
    const other = erp.user(['SZK']);
    await other.run('U_KBTRAVA', 'SZK', 1);
    erp.table('SZK').insert({ ...pendingRow, ZK_ID: 'c', ZK_CHAVE: '1' });
    expect(await drain(erp)).toBe(1);
    expect(bridge.ids).toEqual(['b']);
    other.close();
    await drain(erp);
    expect(bridge.ids).toEqual(['b', 'a', 'c']);
  });

  const pendingRow = {
    ZK_STATUS: '1',
    ZK_TOPICO: 't',
    ZK_JSON: '{}',
    ZK_DTINC: '20260316',
    ZK_HRINC: '09:30:00',
  };

  function withDue(erp: FakeErp, day: string, time: string) {
    const table = erp.table('SZK');
    const scratch = table.insert({ ZK_DTPROX: day });
    const values = [...table.row(1)!.values];
    values[table.fieldAt('ZK_DTPROX')!] = table.row(scratch)!.values[table.fieldAt('ZK_DTPROX')!]!;
    values[table.fieldAt('ZK_HRPROX')!] = time;
    table.remove(table.row(scratch)!);
    return values;
  }
});

describe('two bridges', () => {
  it('share nothing: what the first one does not answer goes to the second with the same id', async () => {
    bridge.answers(() => ({ status: 0, hangUp: true }));
    const erp = erpWith([
      { id: 'a', key: '1' },
      { id: 'b', key: '2', topic: 'u' },
    ]);
    expect(await drain(erp)).toBe(2);
    // The first one is not waited for again in the same run.
    expect([bridge.ids, second.ids]).toEqual([['a'], ['a', 'b']]);
  });

  it('are asked within the time that is set, also where it is set as text', async () => {
    bridge.answers(() => ({ status: 200, afterMs: 30_000 }));
    const erp = erpWith([{ id: 'a', key: '1' }]);
    erp.parameters.set('MV_KAFKATO', '1');
    const before = Date.now();
    expect(await drain(erp)).toBe(1);
    expect(Date.now() - before).toBeLessThan(20_000);
  });
});

it('one drain works while another one finds the lock taken', async () => {
  const erp = erpWith([
    { id: 'a', key: '1' },
    { id: 'b', key: '2', topic: 'u' },
  ]);
  let other: unknown;
  bridge.answers(() => ({ status: 200, afterMs: 50 }));
  erp.hooks.afterAnswer = async () => {
    other ??= await drain(erp);
  };
  expect(await drain(erp)).toBe(2);
  expect([other, bridge.ids]).toEqual([0, ['a', 'b']]);
});

it('a rolled back row that was seen before is not sent', async () => {
  const erp = erpWith([]);
  let seen: unknown;
  erp.hooks.beforeCommit = async () => {
    seen = [queueOf(erp).length, await drain(erp)];
  };
  await clerk(erp).run('U_FATURA', '000001234', true);
  expect(seen).toEqual([1, 0]);
  await drain(erp);
  expect(bridge.posts).toEqual([]);
});

it('a job is started by the document, opens its environment, and delivers', async () => {
  const erp = erpWith([]);
  erp.parameters.set('MV_KBACORD', true);
  await clerk(erp).run('U_FATURA', '000001234');
  await erp.idle();
  expect([erp.jobFailures, states(erp).length, bridge.posts.length]).toEqual([[], 1, 1]);
  expect(queueOf(erp)[0]!.status).toBe('2');
});

it.each([
  ['with company and branch', [['99', '01', '000001', '']]],
  ['with nothing, in an environment', []],
])('the scheduler calls the job %s', async (_, args) => {
  const erp = erpWith([{ id: 'a', key: '1' }]);
  const thread = args.length > 0 ? erp.bareThread() : erp.user();
  await thread.run('U_KBJOB', ...args);
  expect(states(erp)).toEqual(['a2']);
});

it('an ERP of 12.1.23, whose FWRest knows less, delivers, and sees a refusal', async () => {
  bridge.answers(refusing('b'));
  const rows = [
    { id: 'a', key: '1' },
    { id: 'b', key: '2' },
  ];
  const erp = erpWith(rows, { release: '12.1.23' });
  await drain(erp);
  expect(states(erp)).toEqual(['a2', 'b3']);
});

it('the old test function shows what came of it', async () => {
  const erp = erpWith([]);
  expect(await clerk(erp).run('U_TESTKAFKA')).toBe(true);
  expect(erp.shown).toEqual([
    expect.stringContaining('Situacao 2, HTTP 200, particao 2, offset 7'),
  ]);
});

it('the old function queues what it used to post, and posts nothing itself', async () => {
  const erp = erpWith([]);
  erp.parameters.set('MV_KAFKATP', 'notas');
  erp.parameters.set('MV_KBEVTS', '-');
  const user = clerk(erp);
  await user.run('U_FATURA', '000001234');
  expect(await user.run('U_SENDKAFKA', '000001234', '001', '000123', '01')).toBe(true);
  expect(await user.run('U_SENDKAFKA', '999999999', '001', '000123', '01')).toBe(false);
  const [row] = queueOf(erp);
  expect(row).toMatchObject({ topic: 'notas', key: '99-01-000001234-001' });
  expect(JSON.parse(fromErpText(row!.json))).toMatchObject({
    cabecalho: { documento: '000001234', serie: '001', cliente: '000123', loja: '01' },
    itens: [{ item: '01', produto: '0000123', quantidade: 100, tes: '501', cf: '5102' }],
    metadata: { empresa: '99', filial: '01', usuario: 'Maria' },
  });
  expect(bridge.posts).toEqual([]);
});
