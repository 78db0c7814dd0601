import { faultsOf } from './event-schemas.js';
import { fromErpText } from './erp/index.js';
import { clerk, protheus, queueOf, type QueueRow } from './protheus.js';

const DOC = '000001234';
const KEY = `99-01-${DOC}-001`;
const ISSUED = 'nota.emitida';
const CANCELLED = 'nota.cancelada';

interface Event {
  readonly id: string;
  readonly data: {
    readonly cabecalho: Readonly<Record<string, unknown>>;
    readonly titulos: readonly unknown[];
  };
}

function eventOf({ json }: QueueRow): Event {
  return JSON.parse(fromErpText(json)) as Event;
}

describe('an invoice', () => {
  it('is queued in its own transaction, by its schema, accents and all', async () => {
    const erp = protheus();
    await clerk(erp).run('U_FATURA', DOC);
    const [row] = queueOf(erp);
    expect(row).toMatchObject({
      status: '1',
      topic: 'protheus-notas-fiscais',
      key: KEY,
      event: ISSUED,
    });
    const event = eventOf(row!);
    expect(faultsOf(ISSUED, event)).toEqual([]);
    expect(event.id).toBe(row!.id);
    expect(event.data.titulos).toHaveLength(1);
    expect(event.data.cabecalho).toMatchObject({
      documento: DOC,
      cliente: '000123',
      cadastro: 'cliente',
      nomeCliente: 'CONSTRUÇÕES IRMÃOS AÇAÍ LTDA',
      emissao: '2026-03-16',
      valorTotal: 1250.5,
    });
  });

  it('that is rolled back leaves nothing', async () => {
    const erp = protheus();
    await clerk(erp).run('U_FATURA', DOC, true);
    expect([erp.table('SF2').all(), queueOf(erp)]).toEqual([[], []]);
  });

  it('brings the fields that a parameter names, and no others', async () => {
    const erp = protheus();
    erp.parameters.set('MV_KBXSF2', 'F2_VEND1; F2_XOBS;F2_NADA');
    await clerk(erp).run('U_FATURA', DOC);
    expect(eventOf(queueOf(erp)[0]!).data.cabecalho['extras']).toEqual({
      F2_VEND1: '000007',
      F2_XOBS: 'Entregar às 8h',
    });
  });

  it('is CloudEvents 1.0 where that is asked for', async () => {
    const erp = protheus();
    erp.parameters.set('MV_KBCEVT', true);
    await clerk(erp).run('U_FATURA', DOC);
    const event = eventOf(queueOf(erp)[0]!);
    expect(faultsOf(ISSUED, event)).toEqual([]);
    expect(event).toMatchObject({ specversion: '1.0', source: '/protheus/99/01', subject: KEY });
  });

  it('is not queued in a branch that has it switched off', async () => {
    const erp = protheus();
    erp.parameters.set('MV_KBEVTS', 'PED;EST', '02');
    await clerk(erp, { branch: '02' }).run('U_FATURA', DOC);
    await clerk(erp).run('U_FATURA', DOC);
    expect(queueOf(erp).map(({ key }) => key)).toEqual([KEY]);
  });

  it('is one cancellation, although two entry points tell of it; its number may come again', async () => {
    const erp = protheus();
    const user = clerk(erp);
    for (const routine of ['U_FATURA', 'U_EXCLUINF', 'U_FATURA', 'U_EXCLUINF'])
      await user.run(routine, DOC);
    expect(queueOf(erp).map(({ event }) => event)).toEqual([ISSUED, CANCELLED, ISSUED, CANCELLED]);
  });

  it('that is not cancelled after all is not told of', async () => {
    const erp = protheus();
    const user = clerk(erp);
    await user.run('U_FATURA', DOC);
    await user.run('U_EXCLUINF', DOC, true);
    expect(queueOf(erp).map(({ event }) => event)).toEqual([ISSUED]);
  });
});

it.each(['D', 'B'])('an order of type %s is a supplier’s', async (type) => {
  const erp = protheus();
  await clerk(erp).run('U_PEDIDO', '000987', 3, type);
  expect(eventOf(queueOf(erp)[0]!).data.cabecalho).toMatchObject({
    cadastro: 'fornecedor',
    nomeCliente: 'FORNECEDOR SA',
  });
});

it('an order that is deleted is told of, also by a release that does not say what was done', async () => {
  const erp = protheus({ more: [OLD_RELEASE] });
  const user = clerk(erp);
  await user.run('U_PEDIDO', '000987', 3);
  await user.run('U_OLDKEEPS');
  await user.run('U_OLDDELETES', '000987');
  expect(queueOf(erp).map(({ event }) => event)).toEqual(['pedido.incluido', 'pedido.excluido']);
});

it('the menu of orders has an entry for their events', async () => {
  const erp = protheus({ more: [OLD_RELEASE] });
  expect(await clerk(erp).run('U_MENU')).toEqual([['Eventos Kafka', 'U_KBMONPV', 0, 2, 0, null]]);
});

const OLD_RELEASE = {
  file: 'old-release.prw',
  text: `#Include "Protheus.ch"
User Function OLDKEEPS()

    ExecBlock("M410STTS", .F., .F.)

Return Nil

User Function OLDDELETES(cNum)

    SC5->(DbSetOrder(1))
    SC5->(DbSeek(xFilial("SC5") + cNum))
    RecLock("SC5", .F.)
    SC5->(DbDelete())
    SC5->(MsUnlock())
    ExecBlock("M410STTS", .F., .F.)

Return Nil

User Function MENU()
    Private aRotina := {}

    ExecBlock("MA410MNU", .F., .F.)

Return aRotina
`,
};

describe('the routine that calls us', () => {
  const PROBE = {
    file: 'probe.prw',
    text: `#Include "Protheus.ch"
User Function PROBE()
    Local cBefore := ""

    SD2->(DbSetOrder(1))
    SD2->(DbGoTop())
    SA1->(DbSetOrder(2))
    SA1->(DbGoTop())
    SB1->(DbSetOrder(2))
    SB1->(DbGoTop())
    SE1->(DbSetOrder(2))
    SE1->(DbGoTop())
    DbSelectArea("SE1")
    cBefore := State()
    U_KBNF("emitida")

Return {cBefore, State()}

Static Function State()
    Local aAll  := {"SF2", "SD2", "SA1", "SA2", "SB1", "SE1"}
    Local cText := Alias()
    Local nI    := 0

    For nI := 1 To Len(aAll)
        cText += "/" + cValToChar((aAll[nI])->(IndexOrd())) + ":" + cValToChar((aAll[nI])->(Recno()))
    Next nI

Return cText
`,
  };
  const TABLES = ['SF2', 'SD2', 'SA1', 'SA2', 'SB1', 'SE1'];

  it('finds every area, order and position as it left them', async () => {
    const erp = protheus({ more: [PROBE] });
    const user = erp.user(TABLES);
    await user.run('U_FATURA', DOC, false, 3);
    const [before, after] = (await user.run('U_PROBE')) as string[];
    expect(after).toBe(before);
    expect(queueOf(erp)).toHaveLength(2);
  });

  it('finds them so after a failure of ours, too', async () => {
    const erp = protheus({ more: [PROBE] });
    const user = erp.user(TABLES);
    await user.run('U_FATURA', DOC, false, 3);
    erp.parameters.set('MV_KBTPNF', 'x'.repeat(61));
    const [before, after] = (await user.run('U_PROBE')) as string[];
    expect(after).toBe(before);
    expect(erp.log.join()).toContain('Topico vazio ou com mais de 60 caracteres');
  });

  it('is not held up by a queue that nobody has made', async () => {
    const erp = protheus({ queue: 'ZK1' });
    await clerk(erp).run('U_FATURA', DOC);
    expect(erp.table('SF2').all()).toHaveLength(1);
    expect(erp.log.join()).toMatch(/ERROR PONTE .*SZK/);
  });

  it('is undone where the company wants that', async () => {
    const erp = protheus({ queue: 'ZK1' });
    erp.parameters.set('MV_KBFALH', 2);
    await expect(clerk(erp).run('U_FATURA', DOC)).rejects.toThrow('Ponte Kafka');
    expect(erp.table('SF2').all()).toEqual([]);
  });

  it('may have the queue in a table of any name', async () => {
    const erp = protheus({ queue: 'ZK1' });
    erp.parameters.set('MV_KBTAB', 'ZK1');
    await clerk(erp).run('U_FATURA', DOC);
    expect(erp.table('ZK1').all()).toMatchObject([{ ZK1_CHAVE: KEY, ZK1_STATUS: '1' }]);
  });
});

describe('what has been queued', () => {
  const HOUR = 3_600_000;
  let now = Date.parse('2026-03-16T12:00:00Z');
  beforeEach(() => {
    now = Date.parse('2026-03-16T12:00:00Z');
  });

  it('is missing for some documents, and reconciled once', async () => {
    const erp = protheus({
      without: ['SF2460I', 'MTA410T', 'FA040GRV'],
      clock: () => new Date(now),
    });
    const user = clerk(erp);
    await user.run('U_FATURA', DOC);
    await user.run('U_PEDIDO', '000987', 3);
    await user.run('U_TITULO', '000000077');
    expect(queueOf(erp)).toEqual([]);
    expect(await user.run('U_KBRECON')).toBe(3);
    expect(await user.run('U_KBRECON')).toBe(0);
    expect(queueOf(erp).map(({ event }) => event)).toEqual([
      ISSUED,
      'pedido.incluido',
      'titulo.incluido',
    ]);
  });

  it('is not reconciled for a document whose transaction is still open', async () => {
    const erp = protheus({ without: ['SF2460I'], clock: () => new Date(now) });
    const counts: unknown[] = [];
    erp.hooks.beforeCommit = async () => {
      counts.push(await clerk(erp).run('U_KBRECON'));
    };
    await clerk(erp).run('U_FATURA', DOC, true);
    expect([counts, queueOf(erp)]).toEqual([[0], []]);
  });

  it('is deleted when it was delivered long enough ago, and never before', async () => {
    const erp = protheus({ clock: () => new Date(now) });
    const user = clerk(erp);
    const row = { ZK_FILIAL: '', ZK_DTINC: '20260301', ZK_HRINC: '10:00:00' };
    erp.table('SZK').insert({ ...row, ZK_ID: 'sent', ZK_STATUS: '2', ZK_DTENV: '20260301' });
    erp.table('SZK').insert({ ...row, ZK_ID: 'late', ZK_STATUS: '2', ZK_DTENV: '20260315' });
    erp.table('SZK').insert({ ...row, ZK_ID: 'pending', ZK_STATUS: '1' });
    erp.table('SZK').insert({ ...row, ZK_ID: 'refused', ZK_STATUS: '3' });
    expect(await user.run('U_KBPURGE', 20)).toBe(0);
    expect(await user.run('U_KBPURGE', 10)).toBe(1);
    expect(queueOf(erp).map(({ id }) => id)).toEqual(['late', 'pending', 'refused']);
    now += 24 * HOUR * 365;
    expect(await user.run('U_KBPURGE', 0)).toBe(0);
  });

  it.each([
    ['3', true],
    ['9', true],
    ['1', false],
    ['2', false],
  ])('goes back to the queue by hand from state %s: %s', async (status, back) => {
    const erp = protheus();
    const recno = erp.table('SZK').insert({ ZK_ID: 'a', ZK_STATUS: status, ZK_TENT: 7 });
    expect(await erp.user(['SZK']).run('U_KBREENV', recno)).toBe(back);
    expect(queueOf(erp)[0]).toMatchObject(back ? { status: '1', tries: 0 } : { status, tries: 7 });
  });
});
