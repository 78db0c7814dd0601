import { markOf, MAX_CHARS, MAX_SUBJECTS, subjectOf, subjectsIn } from './subjects.js';

const CPF = { kind: 'cpf', name: '52998224725' } as const;
const CNPJ = { kind: 'cnpj', name: '12ABC34501DE35' } as const;
const EMAIL = { kind: 'email', name: 'maria@empresa.com.br' } as const;

test('are found once each, however they are written', () => {
  const text = '{"cpf":"529.982.247-25","de":"Maria@Empresa.com.br"} 12.ABC.345/01DE-35';
  expect(subjectsIn([text, '52998224725', '', 'maria@empresa.com.br'])).toEqual([CPF, EMAIL, CNPJ]);
  expect(subjectsIn(['(11) 98765-4321', '4111 1111 1111 1111', 'nobody'])).toEqual([]);
});

test('are those of an access key, too: a company, or a person with three zeros before the CPF', () => {
  expect(subjectsIn(['35260711222333000181550010000000461000000044'])).toEqual([]);
  const keys = [
    '352607112223330001815500100000004610000000',
    '352607000529982247255500100000004610000000',
  ];
  const found = keys.map((head) => {
    const texts = Array.from({ length: 100 }, (_, n) => head + String(n).padStart(2, '0'));
    return subjectsIn(texts);
  });
  expect(found).toEqual([[{ kind: 'cnpj', name: '11222333000181' }], [CPF]]);
});

test('are not more than a POST can pay for', () => {
  const many = Array.from({ length: 50 }, (_, n) => `a${n}@b.com`).join(' ');
  expect(subjectsIn([many])).toHaveLength(MAX_SUBJECTS);
  expect(subjectsIn([`${' '.repeat(MAX_CHARS)}52998224725`])).toEqual([]);
});

test('are read as people write them', () => {
  expect(subjectOf('cpf', ' 529.982.247-25\n')).toEqual(CPF);
  expect(subjectOf('cnpj', '12.abc.345/01de-35')).toEqual(CNPJ);
  expect(subjectOf('email', 'Maria@empresa.COM.br')).toEqual(EMAIL);
  for (const wrong of ['52998224724', '', 'x', '5299822472', 'maria@empresa', 'a@b.com c@d.com']) {
    for (const kind of ['cpf', 'cnpj', 'email'] as const) expect(subjectOf(kind, wrong)).toBeNull();
  }
});

test('have a mark that depends on the kind and the key, and does not show the name', () => {
  const key = Buffer.alloc(32, 1);
  const mark = markOf(CPF, key);
  expect(mark).toMatch(/^[0-9a-f]{32}$/);
  expect(markOf(CPF, key)).toBe(mark);
  expect(markOf(CPF, Buffer.alloc(32, 2))).not.toBe(mark);
  expect(markOf({ ...CPF, kind: 'cnpj' }, key)).not.toBe(mark);
});
