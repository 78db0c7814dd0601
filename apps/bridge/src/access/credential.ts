import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { isLoopback } from '../config/loopback.js';
import { parseApiKey, type ApiKey } from './api-key.js';

/**
 * The key that a request shows, in one of three ways: `Authorization: Bearer <key>`, `Authorization: Basic` with the
 * key's id as user and the key as password (or the key as user, as some clients have only one field), and
 * `X-API-Key: <key>`. Null: none, or nothing that could be one; which of them is nobody's business.
 */
export function shownKey({ headersDistinct }: IncomingMessage): ApiKey | null {
  const authorization = headersDistinct['authorization'] ?? [];
  const apiKey = headersDistinct['x-api-key'] ?? [];
  const [shown] = [...authorization, ...apiKey];
  // Which of two is meant cannot be known.
  if (shown === undefined || authorization.length + apiKey.length > 1) return null;
  return apiKey.length > 0 ? parseApiKey(shown) : ofAuthorization(shown);
}

const TOKEN = /^bearer +(eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)$/i;

/** What could be a token of an issuer (JWT): its header is a JSON object. Null: nothing, or more than one thing. */
export function shownToken({ headersDistinct }: IncomingMessage): string | null {
  const { authorization = [], 'x-api-key': apiKey = [] } = headersDistinct;
  const [shown = ''] = authorization;
  if (authorization.length + apiKey.length !== 1) return null;
  return TOKEN.exec(shown)?.[1] ?? null;
}

/**
 * Whether a password comes from another machine in clear text. Programs that know Basic only are many, and so are those
 * who read along; a key that is not shown so is taken, with a caution at the start.
 */
export function isPasswordInClear({ headers, socket }: IncomingMessage): boolean {
  if (headers.authorization === undefined || !/^basic /i.test(headers.authorization)) return false;
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/i, '');
  return !(socket instanceof TLSSocket) && !isLoopback(address);
}

function ofAuthorization(text: string): ApiKey | null {
  const [, scheme = '', rest = ''] = /^([A-Za-z]+) +(\S+)$/.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return parseApiKey(rest);
    case 'basic':
      return ofBasic(Buffer.from(rest, 'base64').toString('latin1'));
    default:
      return null;
  }
}

function ofBasic(text: string): ApiKey | null {
  const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  if (password === '') return parseApiKey(user);
  const key = parseApiKey(password);
  return key !== null && (user === key.id || user === '') ? key : null;
}
