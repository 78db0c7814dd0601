import { toErpText } from '../encoding.js';
import { RunTimeError } from '../run/faults.js';
import { textOf, typeOf, type AdvplObject, type Value } from '../run/values.js';

const METHODS = ['NEW', 'HASPROPERTY', 'GETNAMES', 'GETJSONOBJECT', 'GETJSONTEXT', 'DELNAME'];

/** JsonObject: text in it, and what ToJson gives, are the ERP's bytes; nothing is encoded. */
export class JsonObject implements AdvplObject {
  readonly className = 'JSONOBJECT';
  readonly methods: ReadonlySet<string> = new Set([...METHODS, 'FROMJSON', 'TOJSON']);
  private readonly values = new Map<string, Value>();

  /** A property that is not there is Nil. */
  get(property: string): Value {
    return this.values.get(property) ?? null;
  }

  set(property: string, value: Value): void {
    this.values.set(property, value);
  }

  call(method: string, args: readonly Value[]): Value {
    const [first = null] = args;
    switch (method) {
      case 'NEW':
        return this;
      case 'HASPROPERTY':
        return this.values.has(textOf(first));
      case 'GETNAMES':
        return [...this.values.keys()];
      case 'GETJSONOBJECT':
        return this.get(textOf(first));
      case 'GETJSONTEXT':
        return jsonText(this.get(textOf(first)));
      case 'DELNAME':
        return this.values.delete(textOf(first));
      case 'FROMJSON':
        return this.fromJson(textOf(first));
      case 'TOJSON':
        return jsonText(this);
      default:
        throw new RunTimeError(`JsonObject has no method ${method}`);
    }
  }

  entries(): readonly (readonly [string, Value])[] {
    return [...this.values];
  }

  /** Nil when it could be read, else why not. */
  private fromJson(text: string): Value {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      return `invalid JSON: ${(error as Error).message}`;
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return 'invalid JSON: no object';
    this.values.clear();
    for (const [name, value] of Object.entries(parsed)) this.values.set(name, fromParsed(value));
    return null;
  }
}

function fromParsed(value: unknown): Value {
  if (Array.isArray(value)) return value.map(fromParsed);
  if (typeof value === 'string') return inErpLetters(value);
  if (typeof value !== 'object' || value === null) return value as Value;
  const object = new JsonObject();
  for (const [name, each] of Object.entries(value)) object.set(name, fromParsed(each));
  return object;
}

/** Bytes stay as they came; only an escape such as \u20ac may be more than a byte. */
function inErpLetters(text: string): string {
  return Array.from(text, (letter) =>
    letter.length === 1 && letter.charCodeAt(0) < 256 ? letter : toErpText(letter),
  ).join('');
}

function jsonText(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value instanceof JsonObject) {
    const parts = value
      .entries()
      .map(([name, each]) => `${JSON.stringify(name)}:${jsonText(each)}`);
    return `{${parts.join(',')}}`;
  }
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
    return JSON.stringify(value);
  throw new RunTimeError(`ToJson of a value of type ${typeOf(value)}`);
}
