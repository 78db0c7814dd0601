import { noAnswer, postedOf, type Posting, type Try } from './posted.js';

const posting: Posting = {
  client: 0,
  number: 0,
  ordered: true,
  topic: 'nf',
  messageId: 'm',
  key: null,
  headers: [],
  sha256: '',
};

const answer = (status: number): Try => ({ ...noAnswer(1), status });
const outcome = (...tries: Try[]) => postedOf(posting, 0, tries).outcome;

describe('what a client knows of a record', () => {
  it.each([200, 201, 202])('is that it is accepted, after a %d', (status) => {
    expect(outcome(noAnswer(1), answer(status))).toBe('accepted');
  });

  it.each([400, 404, 409, 413, 415, 422])('is that it is rejected, after a %d', (status) => {
    expect(outcome(answer(status))).toBe('rejected');
  });

  it.each([408, 425, 429, 500, 502, 503, 507])('is nothing, after a %d', (status) => {
    expect(outcome(answer(status))).toBe('unknown');
  });

  it('is nothing without an answer, or before the first try', () => {
    expect(outcome(noAnswer(1))).toBe('unknown');
    expect(outcome()).toBe('unknown');
  });

  it('is nothing after a refusal when a try before it may have been stored', () => {
    expect(outcome(noAnswer(1), answer(404))).toBe('unknown');
  });
});
