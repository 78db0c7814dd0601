import type { Dialect, ProblemCode, RestProxyCode } from '../problem/index.js';

/** JSON Schema 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

export interface MediaType {
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Header {
  readonly description: string;
  readonly schema: Schema;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

/** By status. */
export type Responses = Readonly<Record<string, Response>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** The form of a refusal: the bridge's own, or that of one of the Kafka REST Proxy's languages. */
export type RefusalForm = 'problem' | Dialect;

/**
 * One route with one method in one language, as a feature describes it; `operation-object.ts` makes OpenAPI's form
 * of all that there are of a route.
 */
export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, MediaType>>;
  };
  /** Answers that are no problems, by status. */
  readonly answers: Responses;
  /** Codes that it can be refused with, beside those that any request can have. */
  readonly problems: readonly ProblemCode[];
  /** Anybody may ask it. */
  readonly open?: true;
  /** Absent: the bridge's own. */
  readonly refusedIn?: readonly RefusalForm[];
  /** What a problem is for callers of the Kafka REST Proxy at this place, where that is not the usual code. */
  readonly codesHere?: CodesHere;
}

export type CodesHere = Readonly<Partial<Record<ProblemCode, RestProxyCode>>>;

export type Method = 'get' | 'post' | 'delete' | 'put' | 'patch';

/** Operations by path (`{name}` for a parameter) and method. */
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
