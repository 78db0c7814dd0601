import type { MediaType, Parameter, Response, Schema } from './openapi.types.js';

export const text = (description?: string): Schema => withText({ type: 'string' }, description);
export const whole = (description?: string): Schema =>
  withText({ type: 'integer', minimum: 0 }, description);
export const truth = (description?: string): Schema => withText({ type: 'boolean' }, description);
export const instant = (description?: string): Schema =>
  withText({ type: 'string', format: 'date-time' }, description);
export const constant = (value: string | boolean): Schema => ({ const: value });
export const choice = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
export const named = (schema: string): Schema => ({ $ref: `#/components/schemas/${schema}` });

/** An object of an answer. It may get more members in a later version. */
export function object(members: Readonly<Record<string, Schema>>, optional: Members = {}): Schema {
  return {
    type: 'object',
    properties: { ...members, ...optional },
    required: Object.keys(members),
  };
}

/** An object of a request: a member that is not known is refused. */
export function request(members: Members, optional: Members = {}): Schema {
  return { ...object(members, optional), additionalProperties: false };
}

type Members = Readonly<Record<string, Schema>>;

export const json = (schema: Schema, example: unknown): Readonly<Record<string, MediaType>> => ({
  'application/json': { schema, example },
});

export const answer = (description: string, schema: Schema, example: unknown): Response => ({
  description,
  content: json(schema, example),
});

export const inPath = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: 'path',
  description,
  required: true,
  schema,
});

export const inQuery = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

export const inHeader = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: 'header',
  description,
  schema,
});

export const TOPIC = inPath('topic', 'Name of the topic.', {
  type: 'string',
  pattern: '^[a-zA-Z0-9._-]{1,249}$',
  examples: ['nf-emitidas'],
});

export const MESSAGE_ID = inPath('message_id', 'The id by which one record is named.', {
  type: 'string',
  pattern: '^[ -~]{1,255}$',
  examples: ['nf-99-01-000001-001-inclusao'],
});

function withText(schema: Schema, description: string | undefined): Schema {
  return description === undefined ? schema : { ...schema, description };
}
