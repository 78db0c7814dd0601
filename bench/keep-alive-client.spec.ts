import { answerLength } from './keep-alive-client.js';

describe('the length of an answer', () => {
  it('is not known before its head is complete', () => {
    expect(answerLength('')).toBeNull();
    expect(answerLength('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n')).toBeNull();
  });

  it('is that of head and body', () => {
    const head = 'HTTP/1.1 202 Accepted\r\nx: 1\r\ncontent-length: 12\r\ny: 2\r\n\r\n';
    expect(answerLength(head)).toBe(head.length + 12);
    expect(answerLength(`${head}{"a":"b"}`)).toBe(head.length + 12);
  });

  it('must be named', () => {
    expect(() => answerLength('HTTP/1.1 200 OK\r\n\r\n')).toThrow('Content-Length');
  });
});
