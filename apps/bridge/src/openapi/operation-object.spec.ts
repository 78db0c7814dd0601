import type { Operation } from './openapi.types.js';
import { operationObject } from './operation-object.js';
import { answer, inHeader, inPath, json, text, whole } from './parts.js';

const TOPIC = inPath('topic', 'Name of the topic.', text());

const native: Operation = {
  id: 'native',
  tag: 'Records',
  summary: 'Post',
  parameters: [TOPIC, inHeader('Prefer', 'Ours.', text())],
  body: { required: true, content: json(whole(), 1) },
  answers: { 200: answer('It is there.', whole(), 1) },
  problems: ['unknown_topic'],
};
const other: Operation = {
  id: 'other',
  tag: 'Kafka REST Proxy v3',
  summary: 'Post in v3',
  description: 'In v3.',
  parameters: [TOPIC, inHeader('Prefer', 'Theirs.', text()), inHeader('More', 'Theirs.', text())],
  body: { required: false, content: json(text(), 'a') },
  answers: { 404: answer('It may be elsewhere.', text(), 'a') },
  problems: ['unknown_topic'],
  refusedIn: ['v3'],
  codesHere: { unknown_topic: 40403 },
};

interface Described {
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content: Record<string, unknown> }>
  >;
  readonly parameters: readonly { readonly name: string; readonly description: string }[];
}
const describe404 = (...languages: readonly Operation[]) =>
  (operationObject(languages) as unknown as Described).responses['404'];

test('the first language names the operation, and each one is a tag of it', () => {
  expect(operationObject([native, other])).toMatchObject({
    operationId: 'native',
    summary: 'Post',
    description: 'In v3.',
    tags: ['Records', 'Kafka REST Proxy v3'],
  });
});

test('a parameter of two languages stands once, as the first one has it', () => {
  const { parameters } = operationObject([native, other]) as unknown as Described;
  expect(parameters.map(({ name, description }) => `${name}: ${description}`)).toEqual([
    'topic: Name of the topic.',
    'Prefer: Ours.',
    'More: Theirs.',
  ]);
});

test('a body is needed where all need one; two things of one type are one of both', () => {
  expect(operationObject([native, other])).toMatchObject({
    requestBody: {
      required: false,
      content: { 'application/json': { schema: { anyOf: [whole(), text()] }, example: 1 } },
    },
  });
  expect(operationObject([native, native])).toMatchObject({
    requestBody: { required: true, content: json(whole(), 1) },
  });
});

test('an answer and refusals of one status are told with all their types', () => {
  const both = describe404(native, other);
  expect(Object.keys(both?.content ?? {})).toEqual([
    'application/problem+json',
    'application/json',
  ]);
  expect(both?.description).toBe(
    '`unknown_topic`: Unknown topic Or: It may be elsewhere. Or: `40403`: Unknown topic',
  );
  expect(both?.content['application/json']).toMatchObject({
    schema: {
      anyOf: [
        text(),
        {
          properties: {
            error_code: { enum: [40403], 'x-problem-codes': ['unknown_topic'] },
          },
        },
      ],
    },
    example: 'a',
  });
});

test('another language is refused in its own form, but for what is refused on the wire', () => {
  const { responses } = operationObject([other]) as unknown as Described;
  const types = (status: string) => Object.keys(responses[status]?.content ?? {});
  expect(types('404')).toEqual(['application/json']);
  expect(types('408')).toEqual(['application/problem+json']);
  expect(types('431')).toEqual(['application/problem+json', 'application/json']);
});
