import type { ProblemCode } from '../problem/index.js';

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

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** One route with one method, as a feature describes it; `document.ts` makes OpenAPI's form of it. */
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
  readonly answers: Readonly<Record<number, Response>>;
  /** Codes that it can be refused with, beside those that any request can have. */
  readonly problems: readonly ProblemCode[];
}

export type Method = 'get' | 'post' | 'delete' | 'put' | 'patch';

/** Operations by path (`{name}` for a parameter) and method. */
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;
