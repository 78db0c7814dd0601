import * as fc from 'fast-check';
import { isAccessKey, isCnpj, isCpf } from './check-digits.js';
import { maskFields } from './mask-fields.js';
import { mask } from './mask.js';

/** Valid ones of nobody: the example of the Receita's own description of the alphanumeric CNPJ is among them. */
const CPF = '52998224725';
const CNPJ = '11222333000181';
const NEW_CNPJ = '12ABC34501DE35';

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length });

/** With the check digits that make it valid, found by trying. */
function completed(head: string, count: 1 | 2, isValid: (text: string) => boolean): string | null {
  for (let tail = 0; tail < 10 ** count; tail++) {
    const text = head + String(tail).padStart(count, '0');
    if (isValid(text)) return text;
  }
  return null;
}
const valid = (head: fc.Arbitrary<string>, count: 1 | 2, isValid: (text: string) => boolean) =>
  head.map((text) => completed(text, count, isValid)).filter((text) => text !== null);

const cpfs = valid(
  digits(9).map((d) => d.join('')),
  2,
  isCpf,
);
const signs = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split(''));
const cnpjs = valid(
  fc.array(signs, { minLength: 12, maxLength: 12 }).map((s) => s.join('')),
  2,
  isCnpj,
);
const accessKeys = valid(
  fc
    .tuple(fc.integer({ min: 11, max: 53 }), fc.integer({ min: 1, max: 12 }), cnpjs, digits(23))
    .map(
      ([uf, month, cnpj, rest]) =>
        `${uf}26${String(month).padStart(2, '0')}${cnpj}${rest.join('')}`,
    ),
  1,
  isAccessKey,
);
/** What may stand around a number without being part of one. */
const around = fc.constantFrom(
  '',
  ' ',
  '"',
  ':',
  '_',
  '\n',
  '=',
  '{"cpf":"',
  '","x":1}',
  'ção ',
  '*',
  ',',
);

const asCpf = (d: string): string =>
  `${d.slice(0, 3)}.${d.slice(3, 6)}.${d.slice(6, 9)}-${d.slice(9)}`;
const asCnpj = (d: string): string =>
  `${d.slice(0, 2)}.${d.slice(2, 5)}.${d.slice(5, 8)}/${d.slice(8, 12)}-${d.slice(12)}`;

describe('what is masked', () => {
  test.each([
    [CPF, '***.982.247-**'],
    ['529.982.247-25', '***.982.247-**'],
    ['529982247-25', '***.982.247-**'],
    [`{"cpf":"${CPF}"}`, '{"cpf":"***.982.247-**"}'],
    [`{"cpf":${CPF}}`, '{"cpf":***.982.247-**}'],
    [`CLI${CPF}A`, 'CLI***.982.247-**A'],
    [`cpf_${CPF}-1`, 'cpf_***.982.247-**-1'],
    [CNPJ, '11.***.***/0001-**'],
    ['11.222.333/0001-81', '11.***.***/0001-**'],
    [NEW_CNPJ, '12.***.***/01DE-**'],
    ['12.ABC.345/01DE-35', '12.***.***/01DE-**'],
    ['maria.silva+nf@empresa.com.br', 'm***@***.br'],
    ['<joão@padaria.com>, x', '<j***@***.com>, x'],
    ['mail a@b.io.', 'mail a***@***.io.'],
    ['(11) 98765-4321', '(**) *****-**21'],
    ['(11)3456-7890', '(**)****-**90'],
    ['+55 (11) 98765-4321', '+** (**) *****-**21'],
    ['+5511987654321', '+***********21'],
    ['tel. 11 98765-4321', 'tel. ** *****-**21'],
    ['4111 1111 1111 1111', '**** **** **** 1111'],
  ])('%s', (text, shown) => {
    expect(mask(text)).toBe(shown);
  });

  test('an access key, bare, in groups, as an attribute of the document, with letters in its CNPJ', () => {
    const keys = [
      completed(`3526071122233300018155001000000046100000004`.slice(0, 43), 1, isAccessKey),
      completed(`352607${NEW_CNPJ}55001000000046100000004`.slice(0, 43), 1, isAccessKey),
    ];
    for (const key of keys) {
      expect(key).toHaveLength(44);
      const shown = `352607${'*'.repeat(34)}${key?.slice(40)}`;
      expect(mask(`key ${key}.`)).toBe(`key ${shown}.`);
      expect(mask(`Id="NFe${key}"`)).toBe(`Id="NFe${shown}"`);
      expect(mask((key?.match(/.{4}/g) ?? []).join(' '))).toBe(shown);
    }
  });

  test('every CPF, wherever it stands and however it is written', () => {
    fc.assert(
      fc.property(
        fc.string(),
        around,
        cpfs,
        fc.boolean(),
        around,
        (head, before, cpf, bare, after) => {
          const clean = head.replaceAll(/[0-9.@]/g, '');
          const masked = mask(clean + before + (bare ? cpf : asCpf(cpf)) + after);
          expect(masked).toContain(`***.${cpf.slice(3, 6)}.${cpf.slice(6, 9)}-**`);
          expect(masked).not.toContain(cpf);
          expect(masked).not.toContain(asCpf(cpf));
        },
      ),
    );
  });

  test('every CNPJ and every access key, with letters in them or without', () => {
    fc.assert(
      fc.property(around, cnpjs, accessKeys, fc.boolean(), (before, cnpj, key, bare) => {
        const masked = mask(`${before}${bare ? cnpj : asCnpj(cnpj)} ${key}`);
        expect(masked).not.toContain(cnpj.slice(2, 8));
        expect(masked).not.toContain(asCnpj(cnpj).slice(3, 10));
        expect(masked).toContain(`${key.slice(0, 6)}${'*'.repeat(34)}`);
      }),
    );
  });
});

describe('what comes through', () => {
  test.each([
    '52998224724',
    '11111111111',
    '0.52998224725',
    '152998224725',
    '20261124153711',
    '2026-11-24T15:37:11.123Z',
    '1764000000000',
    'nf-99-01-000001-001-inclusao',
    'PEDIDO-2026-000123',
    'append to pequeno-0: 1048588 bytes',
    '10.0.0.12:9092',
    '1.500.000,00',
    '11222333000182',
    '3526071122233300018155001000000046100000004',
    'user@host',
    '@ponte/bridge 1.0',
    '98765-4321',
    '2026 1234-5678',
    '1234 5678 9012 3456',
    '4111111111111111',
    '(2026) 1234',
    'a5f0c93de52998224725bbf00c',
    '',
  ])('%s', (text) => {
    expect(mask(text)).toBe(text);
  });

  test('UUIDs, hashes, moments and offsets', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const moment = fc.date({
      min: new Date('2001-09-10'),
      max: new Date('2100-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(
        fc.uuid(),
        hash,
        moment,
        fc.integer({ min: 0, max: 1e9 }),
        (uuid, bytes, at, offset) => {
          const text = `${uuid} ${at.toISOString()} ${at.getTime()} ${offset} ${uuid}-${offset % 100}`;
          expect(mask(text)).toBe(text);
          const hex = Buffer.from(bytes).toString('hex');
          expect(mask(hex)).toBe(hex);
        },
      ),
    );
  });

  test('everything that has neither digits nor an @', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const without = text.replaceAll(/[0-9@]/g, '');
        expect(mask(without)).toBe(without);
      }),
    );
  });
});

describe('any text', () => {
  test('is taken, and what is far behind is left out', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void mask(text)));
    for (const piece of [
      '+55',
      '@',
      'a@',
      '1',
      '(11) ',
      '1.',
      'A1',
      '52998224725 ',
      'f1-',
      '0000 ',
    ]) {
      const masked = mask(piece.repeat(200_000));
      expect(masked.length).toBeLessThan(300_000);
      expect(masked).toContain('characters left out');
    }
  });

  test('is not cut within a number', () => {
    const masked = mask(`${' '.repeat(65_530)}${CPF} and more`);
    expect(masked).not.toContain('52998');
  });
});

test('fields are masked by their values and names, but for the names of records', () => {
  expect(
    maskFields({
      messageId: CPF,
      key: CPF,
      list: [{ [`to ${CPF}`]: 'a@b.com' }],
      count: 52998224725,
      at: new Date(0),
      none: null,
    }),
  ).toEqual({
    messageId: CPF,
    key: '***.982.247-**',
    list: [{ 'to ***.982.247-**': 'a***@***.com' }],
    count: 52998224725,
    at: new Date(0).toISOString(),
    none: null,
  });
  let deep: unknown = CPF;
  for (let level = 0; level < 100; level++) deep = { deep };
  expect(JSON.stringify(maskFields(deep))).toBe(`${'{"deep":'.repeat(6)}"…"${'}'.repeat(6)}`);
});
