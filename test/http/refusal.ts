import type { RunningBridge } from './running-bridge.js';
import { exchange, open, post, readAnswer, type WireAnswer } from './wire.js';

/** A refusal as the contract has it: what is wrong with its form, which must be nothing, beside status and code. */
export function refusal(answer: WireAnswer): {
  readonly status: number;
  readonly code: unknown;
  readonly faults: readonly string[];
} {
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  const rules: readonly (readonly [string, boolean])[] = [
    ['type', answer.headers.get('content-type')?.startsWith('application/problem+json') === true],
    ['status', body['status'] === answer.status && body['error_code'] === answer.status],
    ['success', body['success'] === false],
    ['detail', body['error'] === body['detail'] && String(body['detail']).length <= 120],
    ['request id', typeof body['request_id'] === 'string'],
    ['internal', !/node_modules|\.[tj]s\b|SELECT|INSERT|at \w+ \(/.test(answer.body)],
  ];
  const faults = rules.filter(([, kept]) => !kept).map(([name]) => name);
  return { status: answer.status, code: body['code'], faults };
}

/** What `refusal` finds in an answer that is as it should be. */
export const refused = (status: number, code: string) => ({ status, code, faults: [] });

/**
 * Sends bytes that must be refused, then a good POST: on the same connection where that was kept, else on a new one
 * after the bridge has closed the first.
 * The bridge must know the topic `orders`, and wait for no confirmation.
 */
export async function refusalWithSequel(
  bridge: RunningBridge,
  ...parts: readonly (string | Buffer)[]
): Promise<unknown> {
  const received = (): number => bridge.store.stats().totals.received;
  const before = received();
  const socket = await open(bridge.port);
  const waiting = readAnswer(socket);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) socket.write(part);
  const answer = await waiting;
  const stored = received() - before;
  const closes = answer.headers.get('connection')?.toLowerCase() === 'close';
  if (closes) await closed;
  const good = post('/topics/orders', '{"data":1}');
  const next = closes ? exchange(bridge.port, good) : readAnswer(socket);
  if (!closes) socket.write(good);
  const { status } = await next;
  socket.destroy();
  return { ...refusal(answer), closes, stored, next: [status, received() - before] };
}

/** What `refusalWithSequel` finds where nothing was stored and the next request is served. */
export const refusedAlone = (status: number, code: string, { closes = false } = {}) => ({
  ...refused(status, code),
  closes,
  stored: 0,
  next: [201, 1],
});
