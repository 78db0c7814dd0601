import type { RunTimeError } from '../run/faults.js';
import { RunTimeError as Fault } from '../run/faults.js';
import type { AdvplObject, Value } from '../run/values.js';

/** What an error block is given. */
export class ErrorObject implements AdvplObject {
  readonly className = 'ERROR';
  readonly methods: ReadonlySet<string> = new Set();

  constructor(private readonly error: RunTimeError) {}

  get(property: string): Value {
    const { reason, message } = this.error;
    const properties: Readonly<Record<string, Value>> = {
      DESCRIPTION: reason,
      ERRORSTACK: message,
      ERRORENV: '',
      GENCODE: 1,
      OPERATION: '',
    };
    const value = properties[property];
    if (value === undefined) throw new Fault(`an error has no ${property}`);
    return value;
  }

  set(property: string): void {
    throw new Fault(`${property} of an error is not written`);
  }

  call(method: string): Value {
    throw new Fault(`an error has no method ${method}`);
  }
}
