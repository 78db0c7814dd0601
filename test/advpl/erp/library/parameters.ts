import { FatalError } from '../run/faults.js';
import { textOf, type Value } from '../run/values.js';
import type { Environment, ErpThread } from '../thread.js';
import type { Functions } from './function.js';
import { aliasOf } from './tables.js';

export const parameters: Functions = {
  GetMV: (thread, name, _help, fallback) => parameter(thread, name, fallback, null),
  GetNewPar: (thread, name, fallback, branch) => parameter(thread, name, fallback, branch),
  SuperGetMV: (thread, name, _help, fallback, branch) =>
    thread.erp.parameters.cached(textOf(name), branchOf(thread, branch), fallback),
  PutMV: (thread, name, value) =>
    thread.erp.parameters.put(textOf(name), value, branchOf(thread, null)),
  xFilial: (thread, alias, branch) => ownBranch(thread, aliasOf(alias), branch),
  FWxFilial: (thread, alias, branch) => ownBranch(thread, aliasOf(alias), branch),
  FWCodEmp: (thread) => environmentOf(thread).company,
  FWGrpCompany: (thread) => environmentOf(thread).company,
  FWCodFil: (thread) => environmentOf(thread).branch,
  GetEnvServer: () => 'PRODUCAO',
  GetRpoRelease: ({ erp }) => erp.release,
  RetCodUsr: () => '000001',
  UsrRetName: (thread) => environmentOf(thread).user,
};

function parameter(thread: ErpThread, name: Value, fallback: Value, branch: Value): Value {
  const { erp } = thread;
  const at = branchOf(thread, branch);
  if (fallback === null) return erp.parameters.required(textOf(name), at);
  return erp.parameters.get(textOf(name), at) ?? fallback;
}

export function environmentOf({ environment }: ErpThread): Environment {
  if (environment === null)
    throw new FatalError('the thread has no environment: RpcSetEnv comes first');
  return environment;
}

/** cFilAnt, which routines change while they work. */
function branchOf(thread: ErpThread, branch: Value): string {
  environmentOf(thread);
  return textOf(branch ?? thread.variables.publics.get('CFILANT')!.value);
}

function ownBranch(thread: ErpThread, alias: string, branch: Value): Value {
  const current = branchOf(thread, branch);
  const table = thread.erp.tables.get(alias);
  return table?.definition.mode === 'C' ? ' '.repeat(current.length) : current;
}
