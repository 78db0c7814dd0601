import { FatalError, RunTimeError } from '../run/faults.js';
import { wait, type Steps } from '../run/steps.js';
import {
  arrayOf,
  logicalOf,
  numberOf,
  textOf,
  type AdvplObject,
  type Value,
} from '../run/values.js';
import type { RestRelease } from '../erp.js';
import type { ErpThread } from '../thread.js';
import { exchange, type HttpAnswer } from './http-exchange.js';

const OLD = ['NEW', 'SETPATH', 'SETPOSTPARAMS', 'GET', 'POST', 'PUT', 'DELETE', 'GETRESULT'];
const LATER = ['GETHTTPCODE', 'SETCHKSTATUS'];
const NEWEST = ['SETTIMEOUT', 'SETLEGACYSUCCESS'];
const METHODS: Readonly<Record<RestRelease, readonly string[]>> = {
  '12.1.23': [...OLD, 'GETLASTERROR'],
  '12.1.2310': [...OLD, 'GETLASTERROR', ...LATER],
  newest: [...OLD, 'GETLASTERROR', ...LATER, ...NEWEST],
};
const DEFAULT_TIMEOUT_S = 120;
/** All that it takes for success, unless it is told otherwise. */
const SUCCESS = [200, 201];

/** FWRest: HTTP over a real socket, by its own rules about success, status and time. */
export class FwRest implements AdvplObject {
  readonly className = 'FWREST';
  readonly methods: ReadonlySet<string>;
  private host = '';
  private path = '';
  private body = '';
  private timeout: Value = DEFAULT_TIMEOUT_S;
  private checksStatus = true;
  private legacySuccess = true;
  private answer: HttpAnswer | null = null;
  private succeeded = false;
  private lastError = '';

  constructor(private readonly thread: ErpThread) {
    this.methods = new Set(METHODS[thread.erp.release]);
  }

  get(property: string): Value {
    if (property === 'NTIMEOUT') return this.timeout;
    throw new RunTimeError(`FWRest has no property ${property}`);
  }

  set(property: string, value: Value): void {
    if (property !== 'NTIMEOUT') throw new RunTimeError(`FWRest has no property ${property}`);
    this.timeout = value;
  }

  call(method: string, args: readonly Value[]): Value | Steps<Value> {
    const [first = null, second = null] = args;
    switch (method) {
      case 'NEW':
        this.host = textOf(first);
        return this;
      case 'SETPATH':
        this.path = textOf(first);
        return null;
      case 'SETPOSTPARAMS':
        this.body = textOf(first);
        return null;
      case 'GET':
        return this.send('GET', first, '', textOf(second ?? ''));
      case 'POST':
        return this.send('POST', first, this.body, '');
      case 'PUT':
      case 'DELETE':
        return this.send(method, first, textOf(second ?? ''), '');
      default:
        return this.told(method, first);
    }
  }

  private told(method: string, first: Value): Value {
    switch (method) {
      case 'GETRESULT':
        return this.succeeded ? this.answer!.body : null;
      case 'GETHTTPCODE':
        return this.answer === null ? null : String(this.answer.status);
      case 'GETLASTERROR':
        return this.lastError;
      case 'SETCHKSTATUS':
        this.checksStatus = logicalOf(first);
        return null;
      case 'SETLEGACYSUCCESS':
        this.legacySuccess = logicalOf(first);
        return null;
      case 'SETTIMEOUT':
        this.timeout = numberOf(first);
        return null;
      default:
        throw new RunTimeError(`FWRest has no method ${method}`);
    }
  }

  private *send(method: string, headers: Value, body: string, query: string): Steps<Value> {
    const { thread, timeout } = this;
    if (typeof timeout !== 'number')
      throw new FatalError('nTimeOut of FWRest is no number: the thread dies');
    if (thread.transaction.open) throw new FatalError('HTTP in a transaction');
    const url = `${this.host}${this.path}${query === '' ? '' : `?${query}`}`;
    const lines = headers === null ? [] : arrayOf(headers).map(textOf);
    const result = yield* wait(
      exchange({ url, method, headers: lines, body, timeoutMs: timeout * 1000 }),
    );
    this.answer = result.answer;
    this.lastError = result.error;
    if (this.answer !== null) {
      const hook = thread.erp.hooks.afterAnswer?.(thread, url, this.answer.status);
      if (hook !== undefined) yield hook;
      thread.checkAlive();
    }
    this.succeeded = this.answer !== null && this.isSuccess(this.answer.status);
    if (!this.succeeded && this.answer !== null)
      this.lastError = `${this.answer.status} ${this.answer.reason}`;
    return this.succeeded;
  }

  private isSuccess(status: number): boolean {
    if (!this.checksStatus) return true;
    return this.legacySuccess ? SUCCESS.includes(status) : status >= 200 && status < 300;
  }
}
