import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { EVENTS } from './event-schemas.js';
import { ERP_TABLES, queueTable } from './erp-tables.js';
import { FakeErp, tableOf } from './erp/index.js';
import { SOURCES } from './protheus.js';

const DICTIONARY = [
  tableOf('SX2', 'X2_CHAVE C3, X2_ARQUIVO C10, X2_MODO C1', ['X2_CHAVE'], 'C'),
  tableOf(
    'SX3',
    'X3_ARQUIVO C3, X3_ORDEM C2, X3_CAMPO C10, X3_TIPO C1, X3_TAMANHO N3, X3_DECIMAL N1, X3_USADO C15, X3_RESERV C6',
    ['X3_ARQUIVO+X3_ORDEM', 'X3_CAMPO'],
    'C',
  ),
  tableOf('SIX', 'INDICE C3, ORDEM C1, CHAVE C160', ['INDICE+ORDEM'], 'C'),
];

function emptyErp(queue = 'SZK'): { readonly erp: FakeErp; readonly updated: string[] } {
  const tables = [...ERP_TABLES, queueTable(queue), ...DICTIONARY];
  const erp = new FakeErp({ sources: SOURCES, tables });
  const updated: string[] = [];
  const model = { X3_ARQUIVO: 'SA1', X3_USADO: 'used', X3_RESERV: 'rsv' };
  erp.table('SX3').insert({ ...model, X3_CAMPO: 'A1_NOME', X3_TAMANHO: 40 });
  erp.table('SX3').insert({ ...model, X3_CAMPO: 'A1_FILIAL', X3_TAMANHO: 8 });
  erp.library.set('__SETX31MODE', () => null);
  erp.library.set('X31UPDTABLE', (_, alias) => {
    updated.push(alias as string);
    return null;
  });
  erp.library.set('__GETX31ERROR', () => false);
  return { erp, updated };
}

const ofQueue = (erp: FakeErp) =>
  erp
    .table('SX3')
    .all()
    .filter(({ X3_ARQUIVO }) => X3_ARQUIVO === 'SZK');

it('makes the table that the sources and their tests use', async () => {
  const { erp, updated } = emptyErp();
  await erp.user().run('U_KBINST');
  const { fields, indexes } = queueTable();
  expect(
    ofQueue(erp).map((row) => `${row['X3_CAMPO']} ${row['X3_TIPO']}${row['X3_TAMANHO']}`),
  ).toEqual(
    // A branch has as many characters as the company's others have.
    fields.map(({ name, type, size }) => `${name} ${type}${name === 'ZK_FILIAL' ? 8 : size}`),
  );
  expect(
    erp
      .table('SIX')
      .all()
      .map(({ CHAVE }) => CHAVE),
  ).toEqual(indexes);
  expect(erp.table('SX2').all()).toEqual([{ X2_CHAVE: 'SZK', X2_ARQUIVO: 'SZK990', X2_MODO: 'C' }]);
  expect(ofQueue(erp)[3]).toMatchObject({ X3_USADO: 'used', X3_RESERV: 'rsv' });
  expect(updated).toEqual(['SZK']);
});

it('makes nothing twice, and leaves a parameter as the company has set it', async () => {
  const { erp } = emptyErp();
  erp.table('SX6').insert({ X6_VAR: 'MV_KAFKABR', X6_CONTEUD: 'http://ponte:8081' });
  const user = erp.user();
  await user.run('U_KBINST');
  const made = ['SX2', 'SX3', 'SIX', 'SX6'].map((alias) => erp.table(alias).all());
  await user.run('U_KBINST');
  expect(['SX2', 'SX3', 'SIX', 'SX6'].map((alias) => erp.table(alias).all())).toEqual(made);
  const bridges = erp
    .table('SX6')
    .all()
    .filter(({ X6_VAR }) => X6_VAR === 'MV_KAFKABR');
  expect(bridges).toMatchObject([{ X6_CONTEUD: 'http://ponte:8081' }]);
});

it('touches no table that is somebody else’s', async () => {
  const { erp, updated } = emptyErp();
  erp.table('SX2').insert({ X2_CHAVE: 'SZK', X2_ARQUIVO: 'SZK990', X2_MODO: 'E' });
  expect(await erp.user().run('U_KBINST')).toContain('Escolha outra em MV_KBTAB');
  expect([ofQueue(erp), erp.table('SIX').all(), updated]).toEqual([[], [], []]);
});

it('does nothing where somebody says no', async () => {
  const { erp, updated } = emptyErp();
  erp.saysYes = false;
  await erp.user().run('U_KBINST');
  expect([ofQueue(erp), updated]).toEqual([[], []]);
});

it('has a parameter’s default in the sources and in the dictionary alike', async () => {
  const { erp } = emptyErp();
  await erp.user().run('U_KBINST');
  const text = SOURCES.map((source) => source.text).join('\n');
  const inSources = new Map(
    [...text.matchAll(/U_KBPAR\("(MV_\w+)", ("[^"]*"|[.\w]+)\)/g)].map(([, name, value]) => [
      name!,
      value!.replaceAll('"', ''),
    ]),
  );
  inSources.delete('MV_KBX');
  const inDictionary = new Map(
    erp
      .table('SX6')
      .all()
      .map((row) => [row['X6_VAR'], row['X6_CONTEUD']]),
  );
  expect(inDictionary).toEqual(inSources);
});

it('is told of in the README, with each parameter, event, entry point, and function', async () => {
  const { erp } = emptyErp();
  await erp.user().run('U_KBINST');
  const readme = readFileSync(join(PROJECT_ROOT, 'advpl', 'README.md'), 'utf8');
  const points = readdirSync(join(PROJECT_ROOT, 'advpl', 'entry-points'));
  const wanted = [
    ...erp
      .table('SX6')
      .all()
      .map((row) => String(row['X6_VAR'])),
    ...EVENTS,
    ...points.map((file) => file.replace('.prw', '')),
    'U_KBMON',
    'U_KBSTAT',
    'U_KBRECON',
    'U_KBPURGE',
    'U_KBJOB',
    'U_KBINST',
  ];
  expect(wanted.filter((name) => !readme.includes(`\`${name}`))).toEqual([]);
});
