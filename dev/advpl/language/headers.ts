type Constant = number | string;

const PROTHEUS: Readonly<Record<string, Constant>> = { CRLF: '\r\n' };

/** The constants of TOTVS's include files that sources of the subset may name. */
const HEADERS: Readonly<Record<string, Readonly<Record<string, Constant>>>> = {
  'PROTHEUS.CH': PROTHEUS,
  'TOTVS.CH': PROTHEUS,
  'TBICONN.CH': {},
  'TOPCONN.CH': {},
  'RESTFUL.CH': {},
  'FWMVCDEF.CH': {
    MODEL_OPERATION_VIEW: 1,
    MODEL_OPERATION_INSERT: 3,
    MODEL_OPERATION_UPDATE: 4,
    MODEL_OPERATION_DELETE: 5,
    OP_PESQUISAR: 1,
    OP_VISUALIZAR: 2,
    OP_INCLUIR: 3,
    OP_ALTERAR: 4,
    OP_EXCLUIR: 5,
    OP_IMPRIMIR: 8,
    OP_COPIA: 9,
  },
};

/** Undefined for an include file that is not known. */
export function constantsOf(header: string): Readonly<Record<string, Constant>> | undefined {
  return HEADERS[header.toUpperCase()];
}
