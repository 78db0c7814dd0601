import { ProblemError } from '../problem/index.js';

const FORM = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * What standard base64 with its padding stands for. Anything else is refused: Node would leave out what it does
 * not know and make other bytes of it.
 * @throws ProblemError `invalid_value`.
 */
export function base64Bytes(text: string, what: string): Buffer {
  if (!FORM.test(text)) {
    throw new ProblemError('invalid_value', `Bad Request: ${what} is not a valid base64 string.`);
  }
  return Buffer.from(text, 'base64');
}
