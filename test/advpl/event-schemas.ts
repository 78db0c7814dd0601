import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { PROJECT_ROOT } from '../../dev/project-root.js';

const SCHEMAS = join(PROJECT_ROOT, 'advpl', 'schemas');
const SUFFIX = '.schema.json';

/** The names of the events that have a schema, e.g. `nota.emitida`. */
export const EVENTS: readonly string[] = readdirSync(SCHEMAS)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

/** The samples' file names without `.json`, e.g. `nota.emitida` or `pedido.excluido.cloudevents`. */
export const SAMPLES: readonly string[] = readdirSync(join(SCHEMAS, 'samples')).map((file) =>
  file.slice(0, -'.json'.length),
);

/** What is wrong with an event by its schema: empty when it is as promised. */
export function faultsOf(event: string, value: unknown): readonly string[] {
  const validate = validatorOf(event);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

export function sampleOf(name: string): unknown {
  return json(join(SCHEMAS, 'samples', `${name}.json`));
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(event: string): ValidateFunction {
  const known = validators.get(event);
  if (known !== undefined) return known;
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const validate = ajv.compile(json(join(SCHEMAS, `${event}${SUFFIX}`)) as object);
  validators.set(event, validate);
  return validate;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
