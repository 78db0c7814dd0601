/** What a thread does, up to the next thing that it waits for. Abandoned steps are a killed thread. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

export function* wait<T>(promise: Promise<T>): Steps<T> {
  return (yield promise) as T;
}

export function isSteps<T>(value: T | Steps<T>): value is Steps<T> {
  return typeof (value as { next?: unknown } | null)?.next === 'function';
}
