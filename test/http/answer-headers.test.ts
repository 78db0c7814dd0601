import { startBridge, type RunningBridge } from './running-bridge.js';

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  bridge.topics.partitions.set('orders', 1);
});
afterAll(() => bridge.stop());

const headersOf = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(bridge.url + path, init);
  await response.arrayBuffer();
  return (name: string): string | null => response.headers.get(name);
};
const POST = { method: 'POST', headers: { 'content-type': 'application/json' } };

test.each<[string, string, RequestInit]>([
  ['a record', '/topics/orders', { ...POST, body: '{"data":1}' }],
  ['a refusal', '/topics/orders', { ...POST, body: '{' }],
  ['a list', '/messages', {}],
  ['what is not there', '/messages/none', {}],
  ['no route', '/', {}],
  ['the health', '/health', {}],
  ['the metrics', '/metrics', {}],
])('%s is kept by nobody, is what its type says, and is no page', async (_, path, init) => {
  const header = await headersOf(path, init);
  expect(header('cache-control')).toBe('no-store');
  expect(header('x-content-type-options')).toBe('nosniff');
  expect(header('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
});

test('the page is one, with nothing from elsewhere, and in nobody’s frame', async () => {
  const header = await headersOf('/docs');
  expect(header('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(header('x-content-type-options')).toBe('nosniff');
});
