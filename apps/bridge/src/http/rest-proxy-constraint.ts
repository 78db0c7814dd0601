import type { FastifyInstance } from 'fastify';

type Strategy = Parameters<FastifyInstance['addConstraintStrategy']>[0];
type Handler = ReturnType<ReturnType<Strategy['storage']>['get']>;

const NAME = 'accepts';
const REST_PROXY = 'kafka-rest';

/** For a route of the bridge's own path that answers only who accepts a type of the Kafka REST Proxy. */
export const FOR_REST_PROXY = { [NAME]: REST_PROXY } as const;

/** Lets two routes share a path: the bridge's own, and one with `FOR_REST_PROXY`. */
export const restProxyConstraint: Strategy = {
  name: NAME,
  storage: () => {
    const handlers = new Map<unknown, Handler>();
    return {
      get: (key: unknown) => handlers.get(key) ?? null,
      set: (key: unknown, handler: Handler) => void handlers.set(key, handler),
    };
  },
  deriveConstraint: ({ headers }): string | undefined =>
    /application\/vnd\.kafka[.+]/i.test(headers.accept ?? '') ? REST_PROXY : undefined,
};
