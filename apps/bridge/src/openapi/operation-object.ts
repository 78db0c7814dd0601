import { isDeepStrictEqual } from 'node:util';
import type { MediaType, Operation, Parameter, Response, Responses } from './openapi.types.js';
import { ALWAYS, CLOSED, ON_THE_WIRE, problemResponses } from './problem-responses.js';
import { restProxyResponses } from './rest-proxy-responses.js';

type Content = Readonly<Record<string, MediaType>>;

/**
 * OpenAPI's form of a route with one method. Pure.
 * @param languages what each language says of it; the first one names it.
 */
export function operationObject(
  languages: readonly Operation[],
): Readonly<Record<string, unknown>> {
  const [first] = languages;
  const description = languages.flatMap((one) => one.description ?? []).join(' ');
  const parameters = parametersOf(languages);
  const bodies = languages.flatMap(({ body }) => body ?? []);
  return {
    operationId: first?.id,
    tags: [...new Set(languages.map(({ tag }) => tag))],
    summary: first?.summary,
    ...(description === '' ? {} : { description }),
    ...(languages.every(({ open }) => open) ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(bodies.length === 0
      ? {}
      : {
          requestBody: {
            required: bodies.every(({ required }) => required),
            content: bodies.map(({ content }) => content).reduce(withContent),
          },
        }),
    responses: languages
      .flatMap((one) => [one.answers, ...refusalsOf(one)])
      .reduce(withResponses, {}),
  };
}

/** What it can be refused with, in each form in which it is told. */
function refusalsOf({
  problems,
  open,
  refusedIn = ['problem'],
  codesHere,
}: Operation): readonly Responses[] {
  const all = [...problems, ...ALWAYS, ...(open === true ? [] : CLOSED)];
  const own = refusedIn.includes('problem') ? all : [];
  return [
    problemResponses([...own, ...ON_THE_WIRE]),
    ...refusedIn.flatMap((form) =>
      form === 'problem' ? [] : [restProxyResponses(form, all, codesHere)],
    ),
  ];
}

function parametersOf(languages: readonly Operation[]): readonly Parameter[] {
  const all = languages.flatMap(({ parameters }) => parameters ?? []);
  const isSame = (one: Parameter, other: Parameter): boolean =>
    one.in === other.in && one.name === other.name;
  return all.filter((one, at) => all.findIndex((other) => isSame(one, other)) === at);
}

/** A status that has several meanings (`GET /health` with 503), or several languages, is told with all of them. */
function withResponses(all: Responses, more: Responses): Responses {
  const both = { ...all };
  for (const [status, response] of Object.entries(more)) {
    const before = both[status];
    both[status] = before === undefined ? response : withResponse(before, response);
  }
  return both;
}

function withResponse(one: Response, other: Response): Response {
  return {
    description: `${one.description} Or: ${other.description}`,
    ...(one.headers === undefined && other.headers === undefined
      ? {}
      : { headers: { ...other.headers, ...one.headers } }),
    content: withContent(one.content ?? {}, other.content ?? {}),
  };
}

function withContent(one: Content, other: Content): Content {
  const both = { ...one };
  for (const [type, media] of Object.entries(other)) {
    const before = both[type];
    both[type] = before === undefined ? media : eitherOf(before, media);
  }
  return both;
}

/** One type for two things: one of both, with the example of the first. */
function eitherOf(one: MediaType, other: MediaType): MediaType {
  if (isDeepStrictEqual(one.schema, other.schema)) return one;
  return { ...one, schema: { anyOf: [one.schema, other.schema] } };
}
