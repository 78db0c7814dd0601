import type { Counts } from './signature.js';

export const TABLES: Counts = {
  DbSelectArea: [1, 1],
  DbCloseArea: [0, 0],
  ChkFile: [1, 3],
  AliasInDic: [1, 2],
  FWAliasInDic: [1, 2],
  Select: [0, 1],
  Alias: [0, 0],
  DbSetOrder: [1, 1],
  IndexOrd: [0, 0],
  DbSeek: [1, 3],
  MsSeek: [1, 3],
  DbSkip: [0, 1],
  DbGoTop: [0, 0],
  DbGoTo: [1, 1],
  Eof: [0, 0],
  Bof: [0, 0],
  Found: [0, 0],
  Recno: [0, 0],
  LastRec: [0, 0],
  RecCount: [0, 0],
  Deleted: [0, 0],
  FCount: [0, 0],
  FieldPos: [1, 1],
  FieldName: [1, 1],
  FieldGet: [1, 1],
  FieldPut: [2, 2],
  TamSX3: [1, 1],
  GetArea: [0, 0],
  RestArea: [1, 1],
  Posicione: [4, 5],
  RecLock: [2, 3],
  MsUnlock: [0, 0],
  MsUnlockAll: [0, 0],
  DBRLock: [0, 1],
  DbRUnlock: [0, 1],
  DbUnlock: [0, 0],
  DbUnlockAll: [0, 0],
  DbDelete: [0, 0],
  DbCommit: [0, 0],
  DbCommitAll: [0, 0],
  DisarmTransaction: [0, 0],
  InTransact: [0, 0],
};

export const PARAMETERS: Counts = {
  GetMV: [1, 3],
  GetNewPar: [1, 3],
  SuperGetMV: [1, 4],
  PutMV: [2, 2],
  xFilial: [1, 2],
  FWxFilial: [1, 2],
  FWCodEmp: [0, 1],
  FWGrpCompany: [0, 0],
  FWCodFil: [0, 1],
  GetEnvServer: [0, 0],
  GetRpoRelease: [0, 0],
  RetCodUsr: [0, 1],
  UsrRetName: [1, 1],
};

export const JOBS: Counts = {
  StartJob: [3, 12],
  LockByName: [1, 4],
  UnLockByName: [1, 4],
  RpcSetType: [1, 1],
  RpcSetEnv: [2, 12],
  RpcClearEnv: [0, 0],
  Sleep: [1, 1],
  ThreadId: [0, 0],
};

export const PROGRAM: Counts = {
  ValType: [1, 1],
  Type: [1, 1],
  ExistBlock: [1, 3],
  ExecBlock: [1, 4],
  FindFunction: [1, 1],
  MethIsMemberOf: [2, 3],
  ErrorBlock: [0, 1],
  Break: [0, 1],
  UserException: [1, 1],
  FreeObj: [1, 1],
  IsInCallStack: [1, 1],
  FWIsInCallStack: [1, 1],
  ProcName: [0, 1],
  ProcLine: [0, 1],
  FunName: [0, 0],
  IsBlind: [0, 0],
  ConOut: [1, 1],
  FWLogMsg: [7, 10],
  JsonObject: [0, 0],
};

/** The dictionary, for the installer. */
export const DICTIONARY: Counts = {
  __SetX31Mode: [1, 1],
  X31UpdTable: [1, 1],
  __GetX31Error: [0, 0],
  __GetX31Trace: [0, 0],
  OpenSM0: [0, 2],
  FWLoadSM0: [0, 2],
  X3Uso: [1, 2],
  RetSqlName: [1, 1],
};

/** A window, or something that waits for whoever sits before it. */
export const WINDOWS: Counts = {
  MsgInfo: [1, 2],
  MsgStop: [1, 2],
  MsgAlert: [1, 2],
  MsgYesNo: [1, 2],
  MsgNoYes: [1, 2],
  MsgRun: [3, 3],
  FWMsgRun: [2, 4],
  Alert: [1, 1],
  Aviso: [3, 10],
  Help: [1, 12],
  Pergunte: [1, 3],
  ParamBox: [2, 10],
  Processa: [1, 4],
  FWAlertInfo: [1, 2],
  FWAlertSuccess: [1, 2],
  FWAlertError: [1, 2],
  FWAlertWarning: [1, 2],
  FWAlertYesNo: [1, 2],
  FWExecView: [2, 10],
  FWMBrowse: [0, 0],
  FWMarkBrowse: [0, 0],
  MSDialog: [0, 0],
  FWDialogModal: [0, 0],
};

/** Of models and views; they show nothing by themselves. */
export const MVC: Counts = {
  MPFormModel: [0, 0],
  FWFormModel: [0, 0],
  FWFormView: [0, 0],
  FWFormStruct: [2, 5],
  FWLoadModel: [1, 1],
  FWLoadView: [1, 1],
  FWLoadMenuDef: [1, 1],
  FWMVCMenu: [1, 1],
};

export const HTTP: Counts = {
  FWRest: [0, 0],
  HttpPost: [1, 6],
  HttpGet: [1, 5],
  HttpSPost: [1, 9],
  HttpSGet: [1, 8],
  HTTPQuote: [2, 7],
  HttpSQuote: [2, 10],
  HTTPGetStatus: [0, 2],
};

/** The methods of the library's classes that sources may call. */
export const METHODS: readonly string[] = words(`
  New Destroy HasProperty GetNames GetJsonObject GetJsonText DelName FromJson ToJson
  SetPath SetPostParams Get Post Put Delete GetResult GetLastError GetHTTPCode
  SetChkStatus SetTimeOut SetLegacySuccess SetAlias SetDescription AddLegend
  SetFilterDefault SetMenuDef Activate DeActivate AddButton DisableDetails SetOnlyFields
  SetUseFilter Refresh AddFields SetPrimaryKey GetModel SetModel AddField
  CreateHorizontalBox SetOwnerView SetOperation GetOperation GetValue SetValue SetMainProc
  AddUserButton SetCloseOnOk SetViewProperty SetProperty VldData CommitData
`);

/** Variables that the ERP itself has made, as sources write them. */
export const PUBLICS: readonly string[] = words(`
  cEmpAnt cFilAnt cUserName __cUserID dDataBase nModulo cModulo INCLUI ALTERA PARAMIXB
  lMsErroAuto aRotina cCadastro
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
