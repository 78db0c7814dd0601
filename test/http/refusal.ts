import type { WireAnswer } from './wire.js';

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
