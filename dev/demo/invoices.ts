/** One record as the ERP posts it: the text of `data` is what must come out of Kafka, byte for byte. */
export interface SampleRecord {
  /** `serie/documento`: the records of one invoice stay in order. */
  readonly key: string;
  readonly event: string;
  readonly messageId: string;
  readonly data: string;
}

const EVENTS = ['inclusao', 'autorizacao', 'impressao'] as const;
const CUSTOMERS = [
  { cnpj: '99999999000191', name: 'Padaria São João Ltda', city: 'São Paulo' },
  { cnpj: '88888888000188', name: 'Açougue Três Irmãos ME', city: 'Ribeirão Preto' },
  { cnpj: '77777777000177', name: 'Empório Conceição S/A', city: 'Jundiaí' },
] as const;
const PRODUCTS = [
  { code: 'PA-0001', name: 'Café torrado em grãos 500 g', cents: 2890 },
  { code: 'PA-0002', name: 'Açúcar cristal 5 kg', cents: 1995 },
  { code: 'PA-0003', name: 'Pão de queijo congelado 1 kg', cents: 2250 },
] as const;

/** Invoices `from` to `from + count - 1`, each with its events, the invoices' events in turns as a branch bills them. */
export function invoices(from: number, count: number): SampleRecord[] {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  return EVENTS.flatMap((event) => numbers.map((number) => sample(number, event)));
}

function sample(number: number, event: string): SampleRecord {
  const document = String(number).padStart(9, '0');
  const serie = String((number % 2) + 1).padStart(3, '0');
  return {
    key: `${serie}/${document}`,
    event,
    messageId: `nf-99-01-${document}-${serie}-${event}`,
    data: invoice(number, serie, document, event),
  };
}

/**
 * Written as text, as the ERP does it: `10.0000` and `155.00` would not survive a JSON library, and the bridge
 * must not be one.
 */
function invoice(number: number, serie: string, document: string, event: string): string {
  const customer = pick(CUSTOMERS, number);
  const product = pick(PRODUCTS, number);
  const quantity = (number % 7) + 1;
  const value = money(product.cents * quantity);
  return `{
  "evento": "${event}", "empresa": "99", "filial": "01",
  "chaveNFe": "${accessKey(serie, document)}",
  "ide": { "natOp": "Venda de mercadoria", "mod": 55, "serie": "${serie}", "nNF": "${document}", "dhEmi": "2026-11-24T08:${String(number % 60).padStart(2, '0')}:00-03:00" },
  "emit": { "CNPJ": "11111111000111", "xNome": "Distribuidora Exemplo Ltda", "UF": "SP" },
  "dest": { "CNPJ": "${customer.cnpj}", "xNome": "${customer.name}", "xMun": "${customer.city}" },
  "det": [ { "nItem": 1, "cProd": "${product.code}", "xProd": "${product.name}", "CFOP": "5102", "qCom": ${quantity}.0000, "vUnCom": ${money(product.cents)}, "vProd": ${value} } ],
  "total": { "vNF": ${value}, "vDesc": 0.00 }
}`;
}

/** The 44 digits of an NF-e, the last one a check digit modulo 11. */
function accessKey(serie: string, document: string): string {
  const digits = `3526111111111100011155${serie}${document}1${document.slice(-8)}`;
  const sum = Array.from(digits, Number)
    .toReversed()
    .reduce((total, digit, index) => total + digit * (2 + (index % 8)), 0);
  const rest = sum % 11;
  return `${digits}${rest < 2 ? 0 : 11 - rest}`;
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}

function pick<T>(list: readonly T[], number: number): T {
  const picked = list[number % list.length];
  if (picked === undefined) throw new RangeError('Nothing to pick from.');
  return picked;
}
