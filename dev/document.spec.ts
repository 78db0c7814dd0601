import { replaceBetween } from './document.js';

const DOCUMENT =
  'a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n<!-- y:begin -->\nkept\n<!-- y:end -->\n';

describe('replacing a part of the document', () => {
  it('leaves everything else as it was, and can be done again', () => {
    const once = replaceBetween(DOCUMENT, 'x', 'new\n');
    expect(once).toBe(
      'a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb\n<!-- y:begin -->\nkept\n<!-- y:end -->\n',
    );
    expect(replaceBetween(once, 'x', 'new')).toBe(once);
  });

  it('refuses a document whose markers are missing or stand twice', () => {
    expect(() => replaceBetween(DOCUMENT, 'z', 'new')).toThrow('z:begin');
    expect(() => replaceBetween('<!-- x:begin -->\nold', 'x', 'new')).toThrow('x:end');
    expect(() => replaceBetween(DOCUMENT + DOCUMENT, 'x', 'new')).toThrow('once each');
  });
});
