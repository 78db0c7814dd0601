import { RunTimeError } from './run/faults.js';
import type { Value } from './run/values.js';

/** X6_VAR has ten characters. */
const LONGEST_NAME = 10;

/** SX6: parameters, for all branches or for one. */
export class Parameters {
  private readonly values = new Map<string, Value>();
  private readonly cache = new Map<string, Value>();

  /** For tests. @param branch empty for all of them */
  set(name: string, value: Value, branch = ''): void {
    if (name.length > LONGEST_NAME) throw new Error(`${name} has more than ten characters`);
    this.values.set(keyOf(branch, name), value);
  }

  /** A branch's own value, else everybody's; undefined when there is none. */
  get(name: string, branch: string): Value | undefined {
    return this.values.get(keyOf(branch, name)) ?? this.values.get(keyOf('', name));
  }

  /** PutMV(): false when there is no such parameter. */
  put(name: string, value: Value, branch: string): boolean {
    const key = [keyOf(branch, name), keyOf('', name)].find((each) => this.values.has(each));
    if (key === undefined) return false;
    this.values.set(key, value);
    this.cache.clear();
    return true;
  }

  /** SuperGetMV(): what was read once stays, until PutMV or a restart of the application server. */
  cached(name: string, branch: string, fallback: Value): Value {
    const key = keyOf(branch, name);
    if (!this.cache.has(key)) this.cache.set(key, this.get(name, branch) ?? fallback);
    return this.cache.get(key)!;
  }

  /** For tests: the application server is started again. */
  restart(): void {
    this.cache.clear();
  }

  required(name: string, branch: string): Value {
    const value = this.get(name, branch);
    if (value === undefined) throw new RunTimeError(`parameter ${name} does not exist`);
    return value;
  }
}

function keyOf(branch: string, name: string): string {
  return `${branch}/${name.trim().toUpperCase()}`;
}
