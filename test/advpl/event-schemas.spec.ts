import { EVENTS, SAMPLES, faultsOf, sampleOf } from './event-schemas.js';

/** `pedido.excluido.cloudevents` is a second sample of `pedido.excluido`. */
const eventOf = (sample: string): string => sample.split('.').slice(0, 2).join('.');

test.each(SAMPLES)('the sample %s is as its schema says', (sample) => {
  expect(faultsOf(eventOf(sample), sampleOf(sample))).toEqual([]);
});

test('each event has a sample', () => {
  expect(new Set(SAMPLES.map((sample) => eventOf(sample)))).toEqual(new Set(EVENTS));
});

test.each([
  ['an amount as text', (data: Invoice) => ({ ...data.cabecalho, valorTotal: '1250.50' })],
  ['a code as a number', (data: Invoice) => ({ ...data.cabecalho, documento: 1234 })],
  ['a date as the ERP shows it', (data: Invoice) => ({ ...data.cabecalho, emissao: '16/03/26' })],
  ['no customer', (data: Invoice) => ({ ...data.cabecalho, cliente: undefined })],
])('a schema refuses %s', (_, change) => {
  const sample = sampleOf('nota.emitida') as { data: Invoice };
  const changed = { ...sample, data: { ...sample.data, cabecalho: change(sample.data) } };
  expect(faultsOf('nota.emitida', changed)).not.toEqual([]);
});

test('a schema refuses the type of another event', () => {
  expect(faultsOf('nota.emitida', sampleOf('nota.cancelada'))).not.toEqual([]);
});

interface Invoice {
  readonly cabecalho: Readonly<Record<string, unknown>>;
}
