import { PROJECT_ROOT } from '../../project-root.js';
import { check } from './check.js';
import { sourcesBelow } from './sources.js';

const sources = sourcesBelow(PROJECT_ROOT, 'advpl');

it('what customers compile has no finding', () => {
  expect(sources.map(({ file }) => file)).toContain('advpl/src/KBENQ.prw');
  expect(check(sources)).toEqual([]);
});

/** Our sources with one line put behind the first line that holds a text. */
function changed(file: string, after: string, line: string) {
  return sources.map((source) => {
    if (source.file !== file) return source;
    const lines = source.text.split('\n');
    const at = lines.findIndex((each) => each.includes(after));
    expect(at).not.toBe(-1);
    return { file, text: lines.toSpliced(at + 1, 0, line).join('\n') };
  });
}

it.each([
  ['advpl/entry-points/SF2460I.prw', 'User Function', 'U_KBDRENA()', 'http-in-transaction'],
  ['advpl/src/KBENQ.prw', 'Local cUsuario', 'MsgStop("x")', 'ui-in-transaction'],
  ['advpl/src/KBJOB.prw', 'Local nEnv', 'MsgInfo("x")', 'ui-in-job'],
])('a line in %s behind %j that says %s is found', (file, after, line, rule) => {
  expect(check(changed(file, after, line)).map((each) => each.rule)).toContain(rule);
});
