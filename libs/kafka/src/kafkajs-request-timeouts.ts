import { createRequire } from 'node:module';
import { expectFunction } from './expect-function.js';

const require = createRequire(import.meta.url);

/** As often as kafkajs looks, in milliseconds. */
const LOOK_EVERY_MS = 100;

interface WaitingRequest {
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

interface RequestQueue {
  readonly enforceRequestTimeout: boolean;
  readonly inflight: ReadonlyMap<number, WaitingRequest>;
}

interface RequestQueueMethods {
  scheduleRequestTimeoutCheck: (this: RequestQueue) => void;
  sendSocketRequest: (this: RequestQueue, request: unknown) => void;
}

/**
 * kafkajs looks ten times a second at every connection whether a request waits for too long, also where none waits: for the
 * producers of an idle bridge more than half of what it wakes for. Here it is looked while one waits.
 */
export function watchOnlyWhatWaits(): void {
  const { prototype } = require('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueueMethods;
  };
  expectFunction(prototype.scheduleRequestTimeoutCheck);
  prototype.scheduleRequestTimeoutCheck = (): void => undefined;
  const send = expectFunction(prototype.sendSocketRequest);
  const watched = new WeakSet<RequestQueue>();
  prototype.sendSocketRequest = function sendSocketRequest(request): void {
    send.call(this, request);
    if (!this.enforceRequestTimeout || this.inflight.size === 0 || watched.has(this)) return;
    watched.add(this);
    const timer = setInterval(() => {
      endWhatIsTooLate(this);
      if (this.inflight.size > 0) return;
      clearInterval(timer);
      watched.delete(this);
    }, LOOK_EVERY_MS);
  };
}

function endWhatIsTooLate({ inflight }: RequestQueue): void {
  const now = Date.now();
  for (const request of inflight.values()) {
    if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
  }
}
