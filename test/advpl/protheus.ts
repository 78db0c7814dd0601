import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { ERP_TABLES, queueTable } from './erp-tables.js';
import {
  FakeErp,
  toErpText,
  type Environment,
  type ErpOptions,
  type ErpThread,
  type Plain,
  type Source,
} from './erp/index.js';

const FOLDERS = ['advpl/src', 'advpl/entry-points'];

/** Every source that customers compile. */
export const SOURCES: readonly Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(PROJECT_ROOT, folder))
    .filter((name) => name.endsWith('.prw'))
    .map((name) => sourceOf(join(folder, name))),
);

/** What the ERP's own routines do around the entry points. */
const ROUTINES = sourceOf('test/advpl/routines.prw');

export interface ProtheusOptions extends Omit<ErpOptions, 'sources' | 'tables'> {
  /** Compiled besides ours. */
  readonly more?: readonly Source[];
  /** Entry points that are not compiled. */
  readonly without?: readonly string[];
  readonly queue?: string;
}

/** An ERP with our sources, a customer, a supplier and a product. No job is started by itself. */
export function protheus(options: ProtheusOptions = {}): FakeErp {
  const { more = [], without = [], queue = 'SZK', ...rest } = options;
  const unwanted = new Set(without.map((name) => `${name}.prw`));
  const ours = SOURCES.filter(({ file }) => !unwanted.has(file.split('/').at(-1)!));
  const sources = [...ours, ROUTINES, ...more];
  const erp = new FakeErp({ ...rest, sources, tables: [...ERP_TABLES, queueTable(queue)] });
  const name = toErpText('CONSTRUÇÕES IRMÃOS AÇAÍ LTDA');
  erp.table('SA1').insert({ A1_FILIAL: '01', A1_COD: '000123', A1_LOJA: '01', A1_NOME: name });
  erp
    .table('SA2')
    .insert({ A2_FILIAL: '01', A2_COD: '000123', A2_LOJA: '01', A2_NOME: 'FORNECEDOR SA' });
  const product = toErpText('PARAFUSO AÇO 3/8');
  erp.table('SB1').insert({ B1_FILIAL: '01', B1_COD: '0000123', B1_DESC: product });
  erp.parameters.set('MV_KBACORD', false);
  return erp;
}

/** Somebody in the ERP's routines, which have opened their tables. */
export function clerk(erp: FakeErp, environment: Partial<Environment> = {}): ErpThread {
  return erp.user(['SF2', 'SD2', 'SC5', 'SC6', 'SD3', 'SE1', 'SE5'], environment);
}

/** The rows of the queue in the order in which they were written, their JSON as an object. */
export function queueOf(erp: FakeErp): readonly QueueRow[] {
  return erp
    .table('SZK')
    .all()
    .map((row) => ({
      id: String(row['ZK_ID']),
      status: String(row['ZK_STATUS']),
      topic: String(row['ZK_TOPICO']),
      key: String(row['ZK_CHAVE']),
      event: String(row['ZK_EVENTO']),
      http: Number(row['ZK_HTTP']),
      tries: Number(row['ZK_TENT']),
      message: String(row['ZK_MSG']),
      offset: String(row['ZK_OFFSET']),
      json: String(row['ZK_JSON']),
      row,
    }));
}

export interface QueueRow {
  readonly id: string;
  readonly status: string;
  readonly topic: string;
  readonly key: string;
  readonly event: string;
  readonly http: number;
  readonly tries: number;
  readonly message: string;
  readonly offset: string;
  /** The ERP's text: a character for each windows-1252 byte. */
  readonly json: string;
  readonly row: Readonly<Record<string, Plain>>;
}

function sourceOf(file: string): Source {
  return { file, text: readFileSync(join(PROJECT_ROOT, file), 'latin1') };
}
