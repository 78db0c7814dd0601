/** Keys of the records: as many invoices are open at once in a busy branch. */
const KEYS = 600;
/** Bytes of a value unless told otherwise, the size of a small invoice as the ERP posts it. */
export const VALUE_BYTES = 550;
const DIGITS = 9;

export interface BenchRecord {
  readonly key: string;
  readonly messageId: string;
  /** Exactly as many bytes as were asked for, as UTF-8. */
  readonly value: string;
}

const HEAD =
  '{"evento":"inclusao","empresa":"99","filial":"01","ide":{"natOp":"Venda de mercadoria","mod":55,"serie":"001","nNF":"';
const TAIL =
  '","dhEmi":"2026-11-24T08:30:00-03:00"},"emit":{"CNPJ":"11111111000111","xNome":"Distribuidora Exemplo Ltda","UF":"SP"},' +
  '"dest":{"CNPJ":"99999999000191","xNome":"Padaria São João Ltda","xMun":"São Paulo"},' +
  '"det":[{"nItem":1,"cProd":"PA-0001","xProd":"Café torrado 500 g","CFOP":"5102","qCom":3.0000,"vUnCom":28.90,"vProd":86.70}],' +
  '"total":{"vNF":86.70,"vDesc":0.00},"obs":"';
const SHORT_TAIL = '"},"obs":"';
const END = '"}';

/** The record of this number, the same in every process. `prefix` makes the message id this run's own. */
export function benchRecord(
  prefix: string,
  number: number,
  valueBytes: number = VALUE_BYTES,
): BenchRecord {
  const document = String(number).padStart(DIGITS, '0');
  return {
    key: `001/${String(number % KEYS).padStart(DIGITS, '0')}`,
    messageId: `${prefix}-${document}`,
    value: HEAD + document + tailOf(valueBytes),
  };
}

const tails = new Map<number, string>();

/** What makes it so long; a small value is an invoice without its lines. */
function tailOf(valueBytes: number): string {
  const known = tails.get(valueBytes);
  if (known !== undefined) return known;
  const free = (tail: string): number => valueBytes - DIGITS - Buffer.byteLength(HEAD + tail + END);
  const tail = free(TAIL) >= 0 ? TAIL : SHORT_TAIL;
  const padded = tail + '.'.repeat(free(tail)) + END;
  tails.set(valueBytes, padded);
  return padded;
}
