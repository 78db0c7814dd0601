import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { BodyPieces } from '../../http/index.js';
import { AnswerLines } from './answer-lines.js';
import { readRecords } from './record-stream.js';

const LONG = 60_000;

function stream(limits: { readonly recordMs: number; readonly totalMs: number }) {
  const message = new IncomingMessage(new Socket());
  const budget = { tryReserve: () => true, release: () => undefined };
  const pieces = new BodyPieces(message, budget, new AbortController().signal);
  const lines = new AnswerLines(new ServerResponse(message), 10);
  const taken: string[] = [];
  const take = async (object: Buffer) => {
    taken.push(object.toString());
    return { answer: Promise.resolve({}) };
  };
  const steps = { open: () => undefined, take };
  return {
    message,
    taken,
    reading: readRecords(pieces, lines, { maxBytes: 100, ...limits }, steps),
  };
}

test('a record that has begun must end in time', async () => {
  const { message, taken, reading } = stream({ recordMs: 1, totalMs: LONG });
  message.push('{"a":1}{"b":');
  await expect(reading).rejects.toMatchObject({ code: 'request_timeout' });
  expect(taken).toEqual(['{"a":1}']);
});

test('a stream must end in time', async () => {
  const { message, taken, reading } = stream({ recordMs: LONG, totalMs: 1 });
  message.push('{"a":1}');
  await expect(reading).rejects.toMatchObject({ code: 'request_timeout' });
  expect(taken).toEqual(['{"a":1}']);
});

test('between two records nothing is late', async () => {
  const { message, reading } = stream({ recordMs: 0, totalMs: LONG });
  message.push('{"a":1}');
  setImmediate(() => message.push('{"b":2}'));
  setImmediate(() => message.push(null));
  expect(await reading).toBe(2);
});
