import { FakeErp, type ErpOptions } from './erp.js';
import type { Value } from './run/values.js';

/** Functions as a source would hold them. */
export function erpWith(text: string, options: Omit<ErpOptions, 'sources'> = {}): FakeErp {
  const source = { file: 'snippet.prw', text: `#Include "Protheus.ch"\n${text}\n` };
  return new FakeErp({ ...options, sources: [source] });
}

/** What a function's body returns; the body begins in line 3. */
export function returned(body: string, options?: Omit<ErpOptions, 'sources'>): Promise<Value> {
  return erpWith(`User Function T()\n${body}`, options).user().run('U_T');
}
