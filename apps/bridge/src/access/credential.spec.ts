import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { newApiKey } from './api-key.js';
import { isPasswordInClear, shownKey } from './credential.js';

const { id, text } = newApiKey();
const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const shown = (headers: Readonly<Record<string, readonly string[]>>) =>
  shownKey({ headersDistinct: headers } as unknown as IncomingMessage)?.id ?? null;

test.each<[string, Readonly<Record<string, readonly string[]>>]>([
  ['Bearer', { authorization: [`Bearer ${text}`] }],
  ['the scheme in any case', { authorization: [`bEARER  ${text}`] }],
  ['Basic with the id as user', { authorization: [basic(id, text)] }],
  ['Basic without a user', { authorization: [basic('', text)] }],
  ['Basic with the key as user', { authorization: [basic(text, '')] }],
  ['X-API-Key', { 'x-api-key': [text] }],
])('a key is shown as %s', (_, headers) => {
  expect(shown(headers)).toBe(id);
});

test.each<[string, Readonly<Record<string, readonly string[]>>]>([
  ['nothing', {}],
  ['an empty header', { authorization: [''] }],
  ['a scheme alone', { authorization: ['Bearer'] }],
  ['a scheme and a space', { authorization: ['Bearer '] }],
  ['Basic that is no base64', { authorization: ['Basic !!!'] }],
  ['an unknown scheme', { authorization: [`Token ${text}`] }],
  ['a key without a scheme', { authorization: [text] }],
  ['something after the key', { authorization: [`Bearer ${text} x`] }],
  ['Basic with the id of another key', { authorization: [basic('0123456789abcdef', text)] }],
  ['two headers', { authorization: [`Bearer ${text}`, `Bearer ${text}`] }],
  ['two ways at once', { authorization: [`Bearer ${text}`], 'x-api-key': [text] }],
])('%s shows none', (_, headers) => {
  expect(shown(headers)).toBeNull();
});

test.each<[string, string, Socket, boolean]>([
  ['Basic', '192.0.2.1', new Socket(), true],
  ['bASIC', '2001:db8::1', new Socket(), true],
  ['Basic', '::ffff:192.0.2.1', new Socket(), true],
  ['Basic', '127.0.0.1', new Socket(), false],
  ['Basic', '::1', new Socket(), false],
  ['Basic', '::ffff:127.0.0.1', new Socket(), false],
  ['Basic', '192.0.2.1', new TLSSocket(new Socket()), false],
  ['Bearer', '192.0.2.1', new Socket(), false],
])('%s from %s is a password in clear text', (scheme, remoteAddress, socket, expected) => {
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  const request = { headers: { authorization: `${scheme} x` }, socket };
  expect(isPasswordInClear(request as unknown as IncomingMessage)).toBe(expected);
});
