import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ProblemError } from '../problem/index.js';
import { BodyBudget } from './body-budget.js';
import { BodyPieces } from './body-pieces.js';

function pieces(limit = 100) {
  const message = new IncomingMessage(new Socket());
  const budget = new BodyBudget(limit);
  const stopping = new AbortController();
  return { message, budget, stopping, body: new BodyPieces(message, budget, stopping.signal) };
}

const LONG = 60_000;

test('gives what comes, when it comes, and null at the end', async () => {
  const { message, body } = pieces();
  message.push('a');
  expect((await body.next(LONG))?.toString()).toBe('a');
  const next = body.next(LONG);
  message.push('b');
  expect((await next)?.toString()).toBe('b');
  const last = body.next(LONG);
  message.push(null);
  expect(await last).toBeNull();
});

test('refuses when nothing comes in time', async () => {
  await expect(pieces().body.next(1)).rejects.toMatchObject({ code: 'request_timeout' });
});

test('ends at a shutdown, also while it waits', async () => {
  const { body, stopping } = pieces();
  const next = body.next(LONG);
  stopping.abort();
  await expect(next).rejects.toMatchObject({ code: 'shutting_down' });
});

test('ends, after what has come, where nothing follows', async () => {
  const { message, body } = pieces();
  message.push('a');
  body.break(new ProblemError('bad_request_framing', 'This is not well-formed HTTP'));
  expect((await body.next(LONG))?.toString()).toBe('a');
  await expect(body.next(LONG)).rejects.toMatchObject({ code: 'bad_request_framing' });
});

test('ends when the connection is closed', async () => {
  const { message, body } = pieces();
  const next = body.next(LONG);
  message.destroy();
  await expect(next).rejects.toMatchObject({ code: 'client_aborted' });
});

test('counts what it gives against the budget until it is let go of', async () => {
  const { message, body, budget } = pieces(10);
  message.push('1234567');
  await body.next(LONG);
  expect(budget.used).toBe(7);
  body.holdOnly(3);
  expect(budget.used).toBe(3);
  message.push('12345678');
  await expect(body.next(LONG)).rejects.toMatchObject({ code: 'overloaded' });
  body.end();
  expect(budget.used).toBe(0);
});
