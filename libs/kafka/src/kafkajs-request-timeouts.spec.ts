import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import { patchKafkaJs } from './kafkajs-patches.js';

const require = createRequire(import.meta.url);

interface Queue {
  scheduleRequestTimeoutCheck(): void;
  push(request: object): void;
  fulfillRequest(answer: { correlationId: number; payload: Buffer; size: number }): void;
  rejectAll(error: Error): void;
}

const TIMEOUT_MS = 4_000;
const silent = { debug: () => undefined, warn: () => undefined };

describe('the time of a request to Kafka', () => {
  let queue: Queue;
  let ended: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    patchKafkaJs();
    const RequestQueue = require('kafkajs/src/network/requestQueue') as new (
      facts: object,
    ) => Queue;
    ended = [];
    queue = new RequestQueue({
      requestTimeout: TIMEOUT_MS,
      enforceRequestTimeout: true,
      maxInFlightRequests: 2,
      clientId: 'ponte',
      broker: '127.0.0.1:9092',
      logger: silent,
    });
    // As kafkajs does when it has connected.
    queue.scheduleRequestTimeoutCheck();
  });
  afterEach(() => jest.useRealTimers());

  const ask = (correlationId: number): void =>
    queue.push({
      entry: {
        correlationId,
        apiName: 'Produce',
        apiKey: 0,
        apiVersion: 3,
        resolve: () => ended.push(`${correlationId} answered`),
        reject: ({ name }: Error) => ended.push(`${correlationId} ${name}`),
      },
      expectResponse: true,
      sendRequest: () => undefined,
    });
  const answer = (correlationId: number): void =>
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });

  it('is nobody’s concern while none waits', () => {
    expect(jest.getTimerCount()).toBe(0);
    ask(1);
    answer(1);
    jest.advanceTimersByTime(1_000);
    expect(ended).toEqual(['1 answered']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends, and the next one goes, which has its own', () => {
    for (const id of [1, 2, 3]) ask(id);
    jest.advanceTimersByTime(TIMEOUT_MS);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(200);
    expect(ended).toEqual(['1 KafkaJSRequestTimeoutError', '2 KafkaJSRequestTimeoutError']);
    jest.advanceTimersByTime(TIMEOUT_MS + 200);
    expect(ended.at(-1)).toBe('3 KafkaJSRequestTimeoutError');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('begins again with a request after a pause', () => {
    ask(1);
    answer(1);
    jest.advanceTimersByTime(60_000);
    ask(2);
    jest.advanceTimersByTime(TIMEOUT_MS + 200);
    expect(ended).toEqual(['1 answered', '2 KafkaJSRequestTimeoutError']);
  });

  it('is over where the connection is', () => {
    ask(1);
    queue.rejectAll(new Error('gone'));
    jest.advanceTimersByTime(200);
    expect(ended).toEqual(['1 Error']);
    expect(jest.getTimerCount()).toBe(0);
  });
});
