import { fromErpText } from './erp/index.js';
import { protheus, queueOf } from './protheus.js';
import { faultsOf } from './event-schemas.js';

const DOC = '000001234';

test('an invoice is queued in its own transaction, by its schema, accents and all', async () => {
  const erp = protheus();
  await erp.user(['SF2', 'SD2', 'SE1']).run('U_FATURA', DOC);
  const [row] = queueOf(erp);
  expect(row).toMatchObject({
    status: '1',
    topic: 'protheus-notas-fiscais',
    key: `99-01-${DOC}-001`,
    event: 'nota.emitida',
  });
  const event = JSON.parse(fromErpText(row!.json)) as Event;
  expect(faultsOf('nota.emitida', event)).toEqual([]);
  expect(event.data.cabecalho).toMatchObject({
    documento: DOC,
    cliente: '000123',
    nomeCliente: 'CONSTRUÇÕES IRMÃOS AÇAÍ LTDA',
    emissao: '2026-03-16',
    valorTotal: 1250.5,
  });
});

interface Event {
  readonly data: { readonly cabecalho: Readonly<Record<string, unknown>> };
}
