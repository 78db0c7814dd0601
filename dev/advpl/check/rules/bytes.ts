import type { Finding, Rule } from '../finding.js';

const NOT_ASCII = /[^\t\r\n -~]/;

/** The compiler takes windows-1252, editors write UTF-8: ASCII is both. */
export const bytes: Rule = function* ({ sources }): Iterable<Finding> {
  for (const { file, text } of sources) {
    for (const [at, line] of text.split('\n').entries()) {
      const found = NOT_ASCII.exec(line)?.[0];
      if (found === undefined) continue;
      const byte = found.charCodeAt(0).toString(16).padStart(2, '0');
      yield { file, line: at + 1, rule: 'ascii', text: `byte ${byte} is not ASCII` };
    }
  }
};
