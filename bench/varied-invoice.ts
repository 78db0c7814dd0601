const GOODS = ['Café torrado', 'Açúcar cristal', 'Arroz agulhinha', 'Feijão preto', 'Óleo de soja'];
const KINDS = ['premium', 'tradicional', 'orgânico', 'integral', 'econômico', 'para revenda'];
const PACKS = ['500 g', '1 kg', '2 kg', '5 kg', '900 ml', 'fardo com 10', 'caixa com 12'];
const CITIES = ['São Paulo', 'Ribeirão Preto', 'Jundiaí', 'Curitiba', 'Belo Horizonte'];
const PRODUCTS = 5_000;
const ABOVE = '],"obs":"';
const END = '"}';

/**
 * An invoice whose lines differ, of exactly so many bytes as UTF-8: what can be compressed of it is what repeats itself
 * in real ones (names of fields, a catalogue's products), not a padding. The same in every process.
 */
export function variedInvoice(number: number, bytes: number): string {
  const draw = drawing(number);
  const digits = (count: number): string =>
    Array.from({ length: count }, () => draw(10).toString()).join('');
  const head =
    `{"evento":"inclusao","chaveNFe":"${digits(44)}","nNF":"${String(number).padStart(9, '0')}",` +
    `"dhEmi":"2026-11-24T08:${String(draw(60)).padStart(2, '0')}:00-03:00","dest":{"CNPJ":"${digits(14)}",` +
    `"xMun":"${CITIES[draw(CITIES.length)]}"},"det":[`;
  let free = bytes - Buffer.byteLength(head + ABOVE + END);
  const lines: string[] = [];
  for (;;) {
    const next = line(lines.length + 1, draw);
    const length = Buffer.byteLength(next) + (lines.length > 0 ? 1 : 0);
    if (length > free) break;
    lines.push(next);
    free -= length;
  }
  return head + lines.join() + ABOVE + '.'.repeat(free) + END;
}

function line(item: number, draw: (below: number) => number): string {
  const product = draw(PRODUCTS);
  const of = (words: readonly string[]): string => words[product % words.length] ?? '';
  const [quantity, cents] = [draw(200) + 1, ((product * 37) % 20_000) + 100];
  return (
    `{"nItem":${item},"cProd":"PA-${String(product).padStart(6, '0')}","xProd":"${of(GOODS)} ${of(KINDS)} ${of(PACKS)}",` +
    `"NCM":"${String(10_000_000 + product * 977)}","CFOP":"5102","qCom":${quantity}.0000,` +
    `"vUnCom":${money(cents)},"vProd":${money(cents * quantity)}}`
  );
}

const money = (cents: number): string => (cents / 100).toFixed(2);

/** Numbers below a limit that look drawn, the same ones for the same seed (mulberry32). */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
