/** Keys of the records: as many invoices are open at once in a busy branch. */
const KEYS = 600;
/** Bytes of a value, the size of a small invoice as the ERP posts it. */
export const VALUE_BYTES = 550;
const DIGITS = 9;

export interface BenchRecord {
  readonly key: string;
  readonly messageId: string;
  /** Exactly `VALUE_BYTES` bytes as UTF-8. */
  readonly value: string;
}

const HEAD =
  '{"evento":"inclusao","empresa":"99","filial":"01","ide":{"natOp":"Venda de mercadoria","mod":55,"serie":"001","nNF":"';
const TAIL =
  '","dhEmi":"2026-11-24T08:30:00-03:00"},"emit":{"CNPJ":"11111111000111","xNome":"Distribuidora Exemplo Ltda","UF":"SP"},' +
  '"dest":{"CNPJ":"99999999000191","xNome":"Padaria São João Ltda","xMun":"São Paulo"},' +
  '"det":[{"nItem":1,"cProd":"PA-0001","xProd":"Café torrado 500 g","CFOP":"5102","qCom":3.0000,"vUnCom":28.90,"vProd":86.70}],' +
  '"total":{"vNF":86.70,"vDesc":0.00},"obs":"';
const END = '"}';
const FILLED = Buffer.byteLength(HEAD + TAIL + END) + DIGITS;
const PADDED_TAIL = TAIL + '.'.repeat(VALUE_BYTES - FILLED) + END;

/** The record of this number, the same in every process. `prefix` makes the message id this run's own. */
export function benchRecord(prefix: string, number: number): BenchRecord {
  const document = String(number).padStart(DIGITS, '0');
  return {
    key: `001/${String(number % KEYS).padStart(DIGITS, '0')}`,
    messageId: `${prefix}-${document}`,
    value: HEAD + document + PADDED_TAIL,
  };
}
