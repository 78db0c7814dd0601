import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { EVENTS, faultsOf } from './event-schemas.js';
import type { FakeErp, Value } from './erp/index.js';
import { clerk, protheus, queueOf } from './protheus.js';

const DOC = '000001234';
const NFE_KEY = '35260312345678000195550010000012341000012348';
const TITLE = '000000077';
const TITLE_KEY = `99-01-MAN-${TITLE}-A-DP`;

/** What somebody does, and the events that come of it. */
const STEPS: readonly (readonly [
  routine: string,
  args: readonly Value[],
  event: string,
  key: string,
])[] = [
  ['U_FATURA', [DOC], 'nota.emitida', `99-01-${DOC}-001`],
  ['U_TRANSMIT', [DOC, NFE_KEY], 'nota.transmitida', `99-01-${DOC}-001`],
  ['U_EXCLUINF', [DOC], 'nota.cancelada', `99-01-${DOC}-001`],
  ['U_PEDIDO', ['000987', 3], 'pedido.incluido', '99-01-000987'],
  ['U_PEDIDO', ['000987', 4], 'pedido.alterado', '99-01-000987'],
  ['U_PEDIDO', ['000987', 5], 'pedido.excluido', '99-01-000987'],
  ['U_MOVINT2', ['000000321'], 'estoque.movimentado', '99-01-000000321'],
  ['U_MOVINT1', ['000000322'], 'estoque.movimentado', '99-01-000000322'],
  ['U_ESTORNO', ['000000322'], 'estoque.estornado', '99-01-000000322'],
  ['U_TRANSFER', ['000000323'], 'estoque.transferido', '99-01-000000323'],
  ['U_TITULO', [TITLE], 'titulo.incluido', TITLE_KEY],
  ['U_TITMUDA', [TITLE, 'F040ALTR'], 'titulo.alterado', TITLE_KEY],
  ['U_TITMUDA', [TITLE, 'SACI008'], 'titulo.baixado', TITLE_KEY],
  ['U_TITMUDA', [TITLE, 'FA070CA2'], 'titulo.estornado', TITLE_KEY],
  ['U_TITMUDA', [TITLE, 'FA040DEL'], 'titulo.excluido', TITLE_KEY],
];

describe('Each event goes from its entry point to its topic', () => {
  let cluster: SharedCluster;
  let setup: BridgeSetup;
  let erp: FakeErp;
  const topics: Record<string, string> = {};
  const consumed: { event: Event; key: string; id: string | undefined; topic: string }[] = [];

  beforeAll(async () => {
    cluster = await sharedCluster();
    setup = await startBridge(cluster.bootstrap);
    erp = protheus();
    erp.parameters.set('MV_KAFKABR', setup.bridge.url);
    erp.parameters.set('MV_KBACORD', true);
    for (const family of ['NF', 'PED', 'EST', 'TIT']) {
      topics[family] = await cluster.createTopic(`protheus-${family.toLowerCase()}`);
      erp.parameters.set(`MV_KBTP${family}`, topics[family]);
    }
    const user = clerk(erp);
    for (const [routine, args] of STEPS) await user.run(routine, ...args);
    await erp.idle();
    // As the scheduler, for those that woke nobody.
    await erp.bareThread().run('U_KBJOB', ['99', '01']);
    for (const record of await readTopic(cluster.bootstrap, Object.values(topics))) {
      const event = JSON.parse(record.value!.toString('utf8')) as Event;
      const id = headerOf(record, 'message-id');
      consumed.push({ event, key: String(record.key), id, topic: record.topic });
    }
  }, 180_000);

  afterAll(async () => {
    await setup?.dispose();
    await cluster?.release();
  });

  it('and none is lost, doubled, or left in the queue', () => {
    expect([erp.jobFailures, erp.leaks]).toEqual([[], []]);
    expect(queueOf(erp).map(({ status }) => status)).toEqual(STEPS.map(() => '2'));
    expect(consumed.map(({ id }) => id).toSorted()).toEqual(
      queueOf(erp)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(consumed.every(({ id, event }) => id === event.id)).toBe(true);
  });

  it('which the quick check shows', async () => {
    const user = erp.user();
    await user.run('U_KBSTAT');
    expect(erp.shown.at(-1)).toContain(`Pendentes: 0 Enviadas: ${STEPS.length} Recusadas: 0`);
    expect(erp.shown.at(-1)).toContain(`${setup.bridge.url}: aceita`);
  });

  it('of those that there are', () => {
    expect(new Set(STEPS.map(([, , event]) => event))).toEqual(new Set(EVENTS));
  });

  it.each([...new Set(STEPS.map(([, , event]) => event))])('%s is as its schema says', (name) => {
    const found = consumed.filter(({ event }) => event.type === `protheus.${name}.v1`);
    expect(found.map(({ key }) => key).toSorted()).toEqual(
      STEPS.filter(([, , event]) => event === name).map(([, , , key]) => key),
    );
    expect(found.flatMap(({ event }) => faultsOf(name, event))).toEqual([]);
  });

  it('in the order of its document', () => {
    for (const key of new Set(STEPS.map(([, , , each]) => each))) {
      const wanted = STEPS.filter(([, , , each]) => each === key).map(([, , event]) => event);
      const got = consumed.filter((each) => each.key === key).map(({ event }) => event.type);
      expect(got).toEqual(wanted.map((event) => `protheus.${event}.v1`));
    }
  });

  it('with its accents, its codes as text, and its amounts as numbers', () => {
    const invoice = consumed.find(({ event }) => event.type === 'protheus.nota.emitida.v1')!;
    expect(invoice.event.data).toMatchObject({
      cabecalho: { nomeCliente: 'CONSTRUÇÕES IRMÃOS AÇAÍ LTDA', valorTotal: 1250.5 },
      itens: [{ produto: '0000123', descricao: 'PARAFUSO AÇO 3/8', valorUnitario: 11.8 }],
      titulos: [{ numero: DOC, vencimento: '2026-04-15', valor: 1250.5 }],
    });
    const sent = consumed.find(({ event }) => event.type === 'protheus.nota.transmitida.v1')!;
    expect(sent.event.data).toMatchObject({
      cabecalho: { chaveNFe: NFE_KEY, autorizadaEm: '2026-03-16', autorizadaHora: '10:02:11' },
    });
    const paid = consumed.find(({ event }) => event.type === 'protheus.titulo.baixado.v1')!;
    expect(paid.event.data).toMatchObject({
      titulo: { saldo: 0 },
      baixa: { data: '2026-04-15', valor: 300.4, historico: 'Valor recebido s/ título' },
    });
  });

  it('once for a document of stock, with all its items', () => {
    const moved = consumed.find(({ key }) => key === '99-01-000000321')!;
    expect(moved.event.data).toMatchObject({
      documento: '000000321',
      itens: [{ sequencia: '000451' }, { sequencia: '000452' }],
    });
    const transferred = consumed.find(({ key }) => key === '99-01-000000323')!;
    expect(transferred.event.data).toMatchObject({
      itens: [{ saida: { tipoMovimento: '999' }, entrada: { tipoMovimento: '499' } }],
    });
  });
});

interface Event {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}
