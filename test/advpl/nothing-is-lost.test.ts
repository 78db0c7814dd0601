import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { prepareBridge, startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic, type ConsumedRecord } from '../support/consumer.js';
import { startPostgres } from '../support/postgres.js';
import { Killed, toErpText, type FakeErp } from './erp/index.js';
import { LateProxy } from './late-proxy.js';
import { clerk, protheus, queueOf, type ProtheusOptions } from './protheus.js';

const DOC = '000001234';
const MANY = 10_000;
const KEYS = 97;

describe('From the ERP nothing is lost and nothing doubled', () => {
  let cluster: SharedCluster;
  let setup: BridgeSetup;
  let topic: string;
  const now = { ms: Date.now() };

  beforeAll(async () => {
    cluster = await sharedCluster();
    setup = await startBridge(cluster.bootstrap);
  }, 180_000);

  afterAll(async () => {
    await setup?.dispose();
    await cluster?.release();
  });

  beforeEach(async () => {
    topic = await cluster.createTopic('erp');
  });

  function erpTo(urls: string, options: ProtheusOptions = {}): FakeErp {
    const erp = protheus({ clock: () => new Date(now.ms), ...options });
    erp.parameters.set('MV_KAFKABR', urls);
    erp.parameters.set('MV_KBTPNF', topic);
    return erp;
  }

  const job = async (erp: FakeErp): Promise<unknown> => erp.bareThread().run('U_KBJOB', '99', '01');
  const records = async (): Promise<readonly ConsumedRecord[]> =>
    readTopic(cluster.bootstrap, topic);
  const ids = async (): Promise<readonly (string | undefined)[]> =>
    (await records()).map((record) => headerOf(record, 'message-id')).toSorted();
  const queued = (erp: FakeErp): readonly string[] =>
    queueOf(erp)
      .map(({ id }) => id)
      .toSorted();

  it('an invoice that is rolled back is in no topic', async () => {
    const erp = erpTo(setup.bridge.url);
    await clerk(erp).run('U_FATURA', DOC, true);
    await clerk(erp).run('U_FATURA', '000001235');
    await job(erp);
    const events = (await records()).map(({ value }) => String(value));
    expect(events).toHaveLength(1);
    expect(events[0]).toContain('000001235');
  });

  it('what is queued while the bridge is down is delivered when it is there again', async () => {
    const other = await prepareBridge(cluster.bootstrap);
    try {
      const erp = erpTo(other.bridge.url);
      await clerk(erp).run('U_FATURA', DOC);
      expect(await job(erp)).toBe(0);
      expect(queueOf(erp)[0]).toMatchObject({ status: '1', http: 0, tries: 1 });
      await other.bridge.start();
      expect(await job(erp)).toBe(0);
      now.ms += 60_000;
      expect(await job(erp)).toBe(1);
      expect(await ids()).toEqual(queued(erp));
    } finally {
      await other.dispose();
    }
  });

  it('a job that is killed between the answer and its rows doubles nothing, also with more beside it', async () => {
    const erp = erpTo(setup.bridge.url);
    const user = clerk(erp);
    await user.run('U_FATURA', DOC);
    await user.run('U_FATURA', '000001235');
    erp.hooks.afterAnswer = async (thread) => {
      thread.kill();
      await Promise.resolve();
    };
    await expect(job(erp)).rejects.toThrow(Killed);
    expect(queueOf(erp).map(({ status }) => status)).toEqual(['1', '1']);
    expect(await records()).toHaveLength(2);
    delete erp.hooks.afterAnswer;
    await user.run('U_FATURA', '000001236');
    expect(await job(erp)).toBe(3);
    expect(await ids()).toEqual(queued(erp));
  });

  it('a bridge that stores and answers too late, and the next one, make one record', async () => {
    const postgres = await startPostgres();
    const setups: BridgeSetup[] = [];
    let late: LateProxy | undefined;
    try {
      const env = { OUTBOX_URL: await postgres.database() };
      setups.push(await startBridge(cluster.bootstrap, env));
      setups.push(await startBridge(cluster.bootstrap, env));
      const [first, second] = setups;
      late = await LateProxy.start(first!.bridge.url);
      const erp = erpTo(`${late.url},${second!.bridge.url}`);
      erp.parameters.set('MV_KAFKATO', 2);
      await clerk(erp).run('U_FATURA', DOC);
      expect(await job(erp)).toBe(1);
      expect(late.statuses).toEqual([200]);
      expect(await ids()).toEqual(queued(erp));
    } finally {
      await late?.stop();
      for (const each of setups) await each.dispose();
      await postgres.stop();
    }
  });

  it('10,000 queued documents drain in batches, in order for each key', async () => {
    const erp = erpTo(setup.bridge.url);
    erp.parameters.set('MV_KBLOTE', 500);
    let posts = 0;
    erp.hooks.afterAnswer = async () => {
      posts += 1;
      await Promise.resolve();
    };
    for (let n = 0; n < MANY; n += 1) erp.table('SZK').insert(documentOf(n));
    expect(await job(erp)).toBe(MANY);
    expect(posts).toBe(MANY / 500);
    const numbers = new Map<string, number[]>();
    for (const { key, value } of await records()) {
      const { n } = JSON.parse(String(value)) as { readonly n: number };
      numbers.set(String(key), [...(numbers.get(String(key)) ?? []), n]);
    }
    expect(numbers.size).toBe(KEYS);
    for (let key = 0; key < KEYS; key += 1) {
      const length = Math.ceil((MANY - key) / KEYS);
      const wanted = Array.from({ length }, (_, at) => key + at * KEYS);
      expect(numbers.get(`k${key}`)).toEqual(wanted);
    }
  }, 240_000);

  const documentOf = (n: number): Record<string, string> => ({
    ZK_ID: `id-${n}`,
    ZK_STATUS: '1',
    ZK_TOPICO: topic,
    ZK_CHAVE: `k${n % KEYS}`,
    ZK_EVENTO: 'teste',
    ZK_JSON: `{"n":${n}}`,
    ZK_DTINC: '20260316',
    ZK_HRINC: `${String(Math.floor(n / 3600)).padStart(2, '0')}:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}`,
  });

  it('the sources that users have today go on as they are: key and data, windows-1252, a list of bridges', async () => {
    const file = 'test/advpl/todays-sources.prw';
    const text = readFileSync(join(PROJECT_ROOT, file), 'latin1');
    const erp = erpTo('', { more: [{ file, text }] });
    const down = 'http://127.0.0.1:1';
    const name = toErpText('JOSÉ DA CONCEIÇÃO “ZÉ” €');
    const offset = await erp
      .user()
      .run('U_TODAY', `${down},${setup.bridge.url}`, topic, 'NF-000001', name);
    expect(offset).toBe('0');
    const [record] = await records();
    expect(String(record!.key)).toBe('NF-000001');
    expect(JSON.parse(record!.value!.toString('utf8'))).toEqual({
      documento: 'NF-000001',
      nomeCliente: 'JOSÉ DA CONCEIÇÃO “ZÉ” €',
      valorTotal: 1250.5,
    });
  });
});
