import { FatalError } from '../run/faults.js';
import type { Value } from '../run/values.js';
import type { ErpThread } from '../thread.js';
import type { Functions, LibraryFunction } from './function.js';
import { plainText } from './text.js';

const show: LibraryFunction = (thread, text) => shown(thread, text);

export const messages: Functions = {
  MsgInfo: show,
  MsgStop: show,
  MsgAlert: show,
  Alert: show,
  FWAlertInfo: show,
  FWAlertSuccess: show,
  FWAlertError: show,
  FWAlertWarning: show,
  MsgYesNo: (thread, text) => {
    shown(thread, text);
    return thread.erp.saysYes;
  },
  FWAlertYesNo: (thread, text) => {
    shown(thread, text);
    return thread.erp.saysYes;
  },
  IsBlind: ({ ui }) => !ui,
  ConOut: ({ erp }, text) => {
    erp.log.push(plainText(text));
    return null;
  },
  FWLogMsg: ({ erp }, severity, _transaction, group, _category, _step, _id, message) => {
    erp.log.push([severity, group, message].map((each) => plainText(each)).join(' '));
    return null;
  },
};

/** A window in a job ends it, and one in a transaction keeps its locks for as long as somebody is at lunch. */
function shown({ ui, erp, transaction }: ErpThread, text: Value): Value {
  if (!ui) throw new FatalError(`a window in a thread without a user: ${plainText(text)}`);
  if (transaction.open) throw new FatalError(`a window in a transaction: ${plainText(text)}`);
  erp.shown.push(plainText(text));
  return null;
}
