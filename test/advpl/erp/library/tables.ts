import { tryLock, unlock } from '../database/row-lock.js';
import type { WorkArea } from '../database/work-area.js';
import { FatalError, RunTimeError } from '../run/faults.js';
import type { Steps } from '../run/steps.js';
import { arrayOf, logicalOf, numberOf, textOf, type Value } from '../run/values.js';
import type { ErpThread } from '../thread.js';
import type { Functions, LibraryFunction } from './function.js';

const seek: LibraryFunction = ({ areas }, key, soft) =>
  areas.currentArea.seek(textOf(key), soft === true);

export const tables: Functions = {
  DbSelectArea: ({ areas }, alias) => {
    areas.openAndSelect(aliasOf(alias));
    return null;
  },
  DbCloseArea: ({ areas }) => {
    areas.close(areas.currentAlias);
    return null;
  },
  ChkFile: ({ areas }, alias) => areas.tryOpen(aliasOf(alias)),
  AliasInDic: ({ erp }, alias) => erp.tables.has(aliasOf(alias)),
  FWAliasInDic: ({ erp }, alias) => erp.tables.has(aliasOf(alias)),
  Select: ({ areas }, alias) =>
    areas.numberOf(alias === null ? areas.currentAlias : aliasOf(alias)),
  Alias: ({ areas }) => areas.currentAlias,
  DbSetOrder: ({ areas }, order) => {
    areas.currentArea.setOrder(numberOf(order));
    return null;
  },
  IndexOrd: ({ areas }) => areas.currentArea.order,
  DbSeek: seek,
  MsSeek: seek,
  DbSkip: ({ areas }, count) => {
    areas.currentArea.skip(count === null ? 1 : numberOf(count));
    return null;
  },
  DbGoTop: ({ areas }) => {
    areas.currentArea.goTop();
    return null;
  },
  DbGoTo: ({ areas }, recno) => {
    areas.currentArea.goTo(numberOf(recno));
    return null;
  },
  Eof: ({ areas }) => areas.currentArea.eof,
  Bof: ({ areas }) => areas.currentArea.bof,
  Found: ({ areas }) => areas.currentArea.found,
  Recno: ({ areas }) => areas.currentArea.recno,
  LastRec: ({ areas }) => areas.currentArea.table.lastRecno,
  RecCount: ({ areas }) => areas.currentArea.table.all().length,
  Deleted: ({ areas }) => areas.currentArea.deleted,
  FCount: ({ areas }) => areas.currentArea.table.definition.fields.length,
  FieldPos: ({ areas }, name) => (areas.currentArea.table.fieldAt(textOf(name).trim()) ?? -1) + 1,
  FieldName: ({ areas }, at) =>
    areas.currentArea.table.definition.fields[numberOf(at) - 1]?.name ?? '',
  FieldGet: ({ areas }, at) => areas.currentArea.readAt(numberOf(at) - 1),
  FieldPut: ({ areas }, at, value) => {
    areas.currentArea.writeAt(numberOf(at) - 1, value);
    return value;
  },
  TamSX3: ({ erp }, name) => {
    const wanted = textOf(name).trim().toUpperCase();
    for (const { definition } of erp.tables.values()) {
      const field = definition.fields.find((each) => each.name === wanted);
      if (field !== undefined) return [field.size, field.decimals, field.type];
    }
    return [];
  },
  GetArea: ({ areas }) => {
    const alias = areas.currentAlias;
    if (alias === '') return ['', 0, 0];
    const { order, recno } = areas.currentArea;
    return [alias, order, recno];
  },
  RestArea: ({ areas }, saved) => {
    const [alias, order, recno] = arrayOf(saved);
    if (alias === '') return null;
    areas.select(textOf(alias!));
    areas.currentArea.setOrder(numberOf(order!));
    areas.currentArea.goTo(numberOf(recno!));
    return null;
  },
  // The current area is kept. Order and position of the table that was read are not: callers have to.
  Posicione: ({ areas }, alias, order, key, field) => {
    const name = aliasOf(alias);
    if (!areas.tryOpen(name)) throw new RunTimeError(`table ${name} is not in the dictionary`);
    const area = areas.get(name);
    area.setOrder(numberOf(order));
    area.seek(textOf(key), false);
    return area.read(textOf(field));
  },
  RecLock: (thread, alias, append) => recLock(thread, aliasOf(alias), logicalOf(append)),
  MsUnlock: (thread) => msUnlock(thread, thread.areas.currentArea),
  MsUnlockAll: (thread) => {
    thread.areas.each((area) => msUnlock(thread, area));
    return null;
  },
  DBRLock: (thread, recno) => {
    const { currentArea } = thread.areas;
    const row = recno === null ? currentArea.lockable : currentArea.table.row(numberOf(recno));
    return row !== undefined && tryLock(row, thread);
  },
  DbRUnlock: freeOutsideTransactions,
  DbUnlock: freeOutsideTransactions,
  DbUnlockAll: freeOutsideTransactions,
  DbDelete: ({ areas }) => {
    areas.currentArea.delete();
    return null;
  },
  DbCommit: ({ areas }) => {
    areas.currentArea.flush();
    return null;
  },
  DbCommitAll: ({ areas }) => {
    areas.each((area) => area.flush());
    return null;
  },
  DisarmTransaction: ({ transaction }) => {
    transaction.disarm();
    return null;
  },
  InTransact: ({ transaction }) => transaction.open,
};

export function aliasOf(alias: Value): string {
  return textOf(alias).trim().toUpperCase();
}

/** Waits for whoever has the row, and reads it again. False when whoever wrote it has taken it back. */
function* recLock(thread: ErpThread, alias: string, append: boolean): Steps<Value> {
  const area = thread.areas.get(alias);
  if (append) {
    area.append();
    return true;
  }
  const row = area.lockable;
  const deadline = Date.now() + thread.erp.lockWaitMs;
  while (!tryLock(row, thread)) {
    if (Date.now() >= deadline)
      throw new FatalError(`${alias} ${row.recno} is locked by another thread for too long`);
    yield released(row.lock!.released, deadline - Date.now());
  }
  const there = area.refresh();
  if (!there) unlock(row, thread);
  return there;
}

async function released(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Writes; the lock itself stays until the end of a transaction. */
function msUnlock(thread: ErpThread, area: WorkArea): Value {
  area.flush();
  if (!thread.transaction.open && !area.eof) unlock(area.lockable, thread);
  return null;
}

function freeOutsideTransactions(thread: ErpThread): Value {
  if (thread.transaction.open) throw new FatalError('DBRUNLOCK cannot be called in a transaction');
  return msUnlock(thread, thread.areas.currentArea);
}
