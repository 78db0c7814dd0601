import { tableOf, type TableDefinition } from './erp/index.js';

/** The queue as `U_KBINST` makes it. @param alias `SZK` has the prefix `ZK_`, `ZK1` has `ZK1_` */
export function queueTable(alias = 'SZK'): TableDefinition {
  const p = alias.startsWith('S') ? alias.slice(1) : alias;
  const columns = [
    ...['FILIAL C2', 'ID C36', 'STATUS C1', 'TOPICO C60', 'CHAVE C60', 'EVENTO C30', 'JSON M'],
    ...['TENT N3', 'HTTP N3', 'MSG C120', 'OFFSET C20', 'PARTIC N6', 'DTINC D', 'HRINC C8'],
    ...['DTPROX D', 'HRPROX C8', 'DTENV D', 'HRENV C8', 'USUAR C15'],
  ];
  const indexes = [
    `${p}_FILIAL+${p}_ID`,
    `${p}_FILIAL+${p}_STATUS+DTOS(${p}_DTINC)+${p}_HRINC`,
    `${p}_FILIAL+${p}_CHAVE+${p}_EVENTO`,
  ];
  return tableOf(alias, columns.map((column) => `${p}_${column}`).join(', '), indexes, 'C');
}

/** The ERP's own tables, with those columns and orders that our sources use. */
export const ERP_TABLES: readonly TableDefinition[] = [
  tableOf('SA1', 'A1_FILIAL C2, A1_COD C6, A1_LOJA C2, A1_NOME C40', [
    'A1_FILIAL+A1_COD+A1_LOJA',
    'A1_FILIAL+A1_NOME',
  ]),
  tableOf('SA2', 'A2_FILIAL C2, A2_COD C6, A2_LOJA C2, A2_NOME C40', [
    'A2_FILIAL+A2_COD+A2_LOJA',
    'A2_FILIAL+A2_NOME',
  ]),
  tableOf('SB1', 'B1_FILIAL C2, B1_COD C15, B1_DESC C30', [
    'B1_FILIAL+B1_COD',
    'B1_FILIAL+B1_DESC',
  ]),
  tableOf(
    'SF2',
    `F2_FILIAL C2, F2_DOC C9, F2_SERIE C3, F2_TIPO C1, F2_ESPECIE C5, F2_CLIENTE C6, F2_LOJA C2, F2_EMISSAO D, F2_VALBRUT N14,2,
     F2_VALMERC N14,2, F2_PREFIXO C3, F2_DUPL C9, F2_CHVNFE C44, F2_DAUTNFE D, F2_HAUTNFE C8, F2_VEND1 C6, F2_XOBS C40`,
    ['F2_FILIAL+F2_DOC+F2_SERIE+F2_CLIENTE+F2_LOJA', 'F2_FILIAL+F2_CLIENTE+F2_LOJA'],
  ),
  tableOf(
    'SD2',
    `D2_FILIAL C2, D2_DOC C9, D2_SERIE C3, D2_CLIENTE C6, D2_LOJA C2, D2_ITEM C2, D2_COD C15, D2_UM C2, D2_QUANT N11,2,
     D2_PRCVEN N14,2, D2_TOTAL N14,2, D2_TES C3, D2_CF C5, D2_LOCAL C2, D2_PEDIDO C6, D2_ITEMPV C2`,
    [
      'D2_FILIAL+D2_COD',
      'D2_FILIAL+D2_COD+D2_LOCAL',
      'D2_FILIAL+D2_DOC+D2_SERIE+D2_CLIENTE+D2_LOJA+D2_COD+D2_ITEM',
    ],
  ),
  tableOf(
    'SC5',
    `C5_FILIAL C2, C5_NUM C6, C5_TIPO C1, C5_CLIENTE C6, C5_LOJACLI C2, C5_EMISSAO D, C5_CONDPAG C3, C5_VEND1 C6, C5_NOTA C9,
     C5_SERIE C3`,
    ['C5_FILIAL+C5_NUM'],
  ),
  tableOf(
    'SC6',
    `C6_FILIAL C2, C6_NUM C6, C6_ITEM C2, C6_PRODUTO C15, C6_DESCRI C30, C6_UM C2, C6_QTDVEN N11,2, C6_PRCVEN N14,2,
     C6_VALOR N14,2, C6_TES C3, C6_CF C5, C6_LOCAL C2, C6_ENTREG D`,
    ['C6_FILIAL+C6_NUM+C6_ITEM+C6_PRODUTO', 'C6_FILIAL+C6_PRODUTO'],
  ),
  tableOf(
    'SD3',
    `D3_FILIAL C2, D3_TM C3, D3_COD C15, D3_UM C2, D3_QUANT N11,2, D3_CF C3, D3_OP C13, D3_LOCAL C2, D3_DOC C9, D3_EMISSAO D,
     D3_CUSTO1 N14,2, D3_CC C9, D3_NUMSEQ C6, D3_ESTORNO C1, D3_LOTECTL C10`,
    ['D3_FILIAL+D3_OP+D3_COD', 'D3_FILIAL+D3_DOC+D3_COD'],
  ),
  tableOf(
    'SE1',
    `E1_FILIAL C2, E1_PREFIXO C3, E1_NUM C9, E1_PARCELA C2, E1_TIPO C3, E1_NATUREZ C10, E1_CLIENTE C6, E1_LOJA C2, E1_EMISSAO D,
     E1_VENCTO D, E1_VENCREA D, E1_VALOR N14,2, E1_SALDO N14,2, E1_BAIXA D, E1_VALLIQ N14,2, E1_ORIGEM C8`,
    [
      'E1_FILIAL+E1_PREFIXO+E1_NUM+E1_PARCELA+E1_TIPO',
      'E1_FILIAL+E1_CLIENTE+E1_LOJA+E1_PREFIXO+E1_NUM',
    ],
  ),
  tableOf(
    'SE5',
    `E5_FILIAL C2, E5_PREFIXO C3, E5_NUMERO C9, E5_PARCELA C2, E5_TIPO C3, E5_DATA D, E5_VALOR N14,2, E5_MOTBX C3, E5_SEQ C2,
     E5_HISTOR C40`,
    ['E5_FILIAL+E5_PREFIXO+E5_NUMERO+E5_PARCELA+E5_TIPO'],
  ),
];
