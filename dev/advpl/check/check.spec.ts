import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../project-root.js';
import { check } from './check.js';
import type { RuleName } from './finding.js';

const FOLDER = join(PROJECT_ROOT, 'dev/advpl/check/samples');
/** By the compiler: a rule without a sample does not build. */
const RULES: Readonly<Record<RuleName, true>> = {
  syntax: true,
  ascii: true,
  'parameter-name': true,
  'name-length': true,
  'duplicate-function': true,
  'local-first': true,
  undeclared: true,
  assignment: true,
  'unknown-function': true,
  arguments: true,
  'unknown-method': true,
  'forbidden-unlock': true,
  'lock-pair': true,
  jump: true,
  'entry-point': true,
  'http-in-transaction': true,
  'ui-in-transaction': true,
  'ui-in-job': true,
};

it('there is a broken sample for each rule', () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual(
    Object.keys(RULES)
      .map((rule) => `${rule}.prw`)
      .toSorted(),
  );
});

it.each(Object.keys(RULES))('%s is found where its sample is broken, and nothing else', (rule) => {
  const text = readFileSync(join(FOLDER, `${rule}.prw`), 'latin1');
  const marked = text
    .split('\n')
    .flatMap((line, at) => (line.endsWith('// finding') ? [at + 1] : []));
  const file = rule === 'entry-point' ? 'entry-points/sample.prw' : 'sample.prw';
  const found = check([{ file, text }]).map((each) => [each.rule, each.line]);
  expect(marked).not.toEqual([]);
  expect(found).toEqual(marked.map((line) => [rule, line]));
});

it('functions of other files are known, their static ones are not', () => {
  const a = 'User Function KBA()\n  U_KBB()\nReturn KbOwn()\n';
  const b = 'User Function KBB()\nReturn KbOwn()\n\nStatic Function KbOwn()\nReturn 1\n';
  expect(
    check([
      { file: 'a.prw', text: a },
      { file: 'b.prw', text: b },
    ]),
  ).toEqual([{ file: 'a.prw', line: 3, rule: 'unknown-function', text: 'nobody defines KbOwn()' }]);
});

it('says by which way HTTP is reached', () => {
  const text = readFileSync(join(FOLDER, 'http-in-transaction.prw'), 'latin1');
  expect(check([{ file: 'x.prw', text }])[0]?.text).toBe(
    'FWRest() is reached: SF2460I > KbSend > KbPost',
  );
});

it('a transaction in a function is one as well, and StartJob leaves it', () => {
  const text = [
    'User Function KBA()',
    '  HttpGet("http://a")',
    '  Begin Transaction',
    '    StartJob("U_KBA", GetEnvServer(), .F.)',
    '    HttpGet("http://a")',
    '  End Transaction',
    'Return Nil',
  ];
  expect(check([{ file: 'a.prw', text: `${text.join('\n')}\n` }])).toEqual([
    {
      file: 'a.prw',
      line: 5,
      rule: 'http-in-transaction',
      text: 'HttpGet() is reached: the transaction in KBA',
    },
  ]);
});

it('the ERP’s own name of an entry point may be longer than ours', () => {
  const text = '// Transaction: no\nUser Function FISENVNFE()\nReturn Nil\n';
  expect(check([{ file: 'advpl/entry-points/FISENVNFE.prw', text }])).toEqual([]);
  expect(check([{ file: 'advpl/entry-points/OTHER.prw', text }])).toHaveLength(1);
});
