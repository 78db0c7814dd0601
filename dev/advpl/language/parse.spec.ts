import { type Expression, parse, unreachable } from './index.js';

const unitOf = (body: string) => parse('a.prw', `User Function T(a, b)\n${body}\nReturn Nil\n`);
const first = (body: string) => unitOf(body).functions[0]!.body[0]!;

/** An expression as text in which every operator has its brackets. */
function shown(e: Expression): string {
  switch (e.kind) {
    case 'literal':
      return e.value === null ? 'nil' : JSON.stringify(e.value);
    case 'name':
      return e.key;
    case 'call':
      return `${e.key}(${e.args.map((each) => (each === null ? '' : shown(each))).join(',')})`;
    case 'method':
      return `${shown(e.object)}:${e.name}(${e.args.length})`;
    case 'property':
      return `${shown(e.object)}:${e.name}`;
    case 'index':
      return `${shown(e.object)}[${shown(e.index)}]`;
    case 'field':
      return `${typeof e.area === 'string' ? e.area : `(${shown(e.area)})`}->${e.name}`;
    case 'in-area':
      return `${typeof e.area === 'string' ? e.area : `(${shown(e.area)})`}->(${e.expressions.map(shown).join(',')})`;
    case 'assignment':
      return `(${shown(e.target)} ${e.operator} ${shown(e.value)})`;
    case 'step':
      return e.prefix ? `(${e.operator}${shown(e.target)})` : `(${shown(e.target)}${e.operator})`;
    case 'unary':
      return `(${e.operator}${shown(e.operand)})`;
    case 'binary':
      return `(${shown(e.left)} ${e.operator} ${shown(e.right)})`;
    case 'array':
      return `{${e.items.map((each) => (each === null ? '' : shown(each))).join(',')}}`;
    case 'block':
      return `{|${e.parameters.map(shown).join(',')}|${e.expressions.map(shown).join(',')}}`;
    case 'reference':
      return `@${shown(e.target)}`;
    case 'iif':
      return `(${shown(e.condition)} ? ${shown(e.whenTrue)} : ${shown(e.whenFalse)})`;
    default:
      return unreachable(e);
  }
}

describe('expressions', () => {
  it.each([
    ['a + b * 2 ** 3 - 1', '((A + (B * (2 ** 3))) - 1)'],
    ['!a == b .And. a .Or. b', '(((!(A == B)) .and. A) .or. B)'],
    ['a := b := 1', '(A := (B := 1))'],
    ['a += -b', '(A += (-B))'],
    ['a <> 1 .or. a # 2', '((A != 1) .or. (A != 2))'],
    ['"x" $ a', '("x" $ A)'],
    ['a++', '(A++)'],
    ['--a', '(--A)'],
    ['SF2->F2_DOC := "1"', '(SF2->F2_DOC := "1")'],
    ['(a)->(DbSkip())', '(A)->(DBSKIP())'],
    ['SF2->(!Eof()) .And. b', '(SF2->((!EOF())) .and. B)'],
    ['JsonObject():New()', 'JSONOBJECT():New(0)'],
    ['a["k"][1] := b:c', '(A["k"][1] := B:c)'],
    ['GetMV("MV_X",,"")', 'GETMV("MV_X",,"")'],
    ['X(@a, {|x, y| x < y, 2}, {1, {}})', 'X(@A,{|X,Y|(X < Y),2},{1,{}})'],
    ['IIf(a, 1, Nil)', '(A ? 1 : nil)'],
    ['.T. != .f.', '(true != false)'],
    ['cLongNameOfAVariable', 'CLONGNAMEO'],
  ])('%s is %s', (text, tree) => {
    const statement = first(text);
    expect(statement.kind === 'evaluation' && shown(statement.expression)).toBe(tree);
  });
});

describe('statements', () => {
  it('keep their place, over lines that are joined and comments of several lines', () => {
    const { body } = unitOf('/* one\n two */\na := 1 + ; // goes on\n  b\n\nb := 2').functions[0]!;
    expect(body.map(({ line }) => line)).toEqual([4, 7, 8]);
  });

  it('take If and Do Case as one kind of choice', () => {
    const choice = first('If a\nb := 1\nElseIf b\nElse\na := 1\nb := 3\nEndIf');
    expect(choice).toMatchObject({ kind: 'choice', branches: [{ line: 2 }, { line: 4 }] });
    expect(choice.kind === 'choice' && choice.otherwise).toHaveLength(2);
    expect(first('Do Case\nCase a\nCase b\nb := 1\nOtherwise\nEndCase')).toMatchObject({
      branches: [{ body: [] }, { body: [{}] }],
    });
  });

  it('know loops, sequences and transactions', () => {
    expect(first('For a := 1 To 3 Step 2\nLoop\nNext a')).toMatchObject({ kind: 'for' });
    expect(first('While a\nExit\nEndDo')).toMatchObject({ kind: 'while' });
    expect(first('Begin Sequence\na := 1\nRecover Using b\nEnd Sequence')).toMatchObject({
      kind: 'sequence',
      recover: [],
      using: { key: 'B' },
    });
    expect(first('Begin Transaction\na := 1\nEnd Transaction')).toMatchObject({
      kind: 'transaction',
    });
    expect(first('ADD OPTION a TITLE "x" ACTION "y" OPERATION 2 ACCESS 0')).toMatchObject({
      kind: 'add-option',
      operation: { value: 2 },
    });
  });

  it('declare with and without a value', () => {
    expect(first('Local x := 1, y')).toMatchObject({
      variables: [{ name: { key: 'X' } }, { name: { key: 'Y' }, value: null }],
    });
  });
});

describe('a source', () => {
  it('has functions, the comments above each, and the header', () => {
    const unit = parse(
      'a.prw',
      '#Include "Protheus.ch"\n#Define LIMIT 10\n// Transaction: yes\n\nUser Function kbVeryLong()\nReturn LIMIT\n\n// Job\nStatic Function B(x)\nReturn CRLF\n',
    );
    expect(unit.header).toEqual(['Transaction: yes']);
    expect(unit.functions).toMatchObject([
      { scope: 'user', key: 'U_KBVERYLO', notes: [], body: [{ value: { value: 10 } }] },
      { scope: 'static', key: 'B', notes: ['Job'], body: [{ value: { value: '\r\n' } }] },
    ]);
  });
});

describe('what is no AdvPL, or outside the subset, is named with its line', () => {
  it.each([
    ['If a', 2, /EndIf is expected for the block of line 2, not the end of the file|Return/],
    ['While a\nEndIf', 3, /ENDDO is expected for the block of line 2, not EndIf/],
    ['EndDo', 2, /EndDo ends no block/],
    ['a := &b', 2, /& is not in the subset/],
    ['a := "x', 2, /a string that does not end/],
    ['a := 1; b := 2', 2, /; stands only at the end/],
    ['a b', 2, /the end of the line is expected here, not b/],
    ['a() := 1', 2, /only a variable, a field/],
    ['Default a', 2, /:= is expected/],
    ['For a := 1 To 2\nNext b', 3, /Next names another variable/],
    ['#Command X => Y', 2, /#Command is not in the subset/],
    ['#Include "mine.ch"', 2, /include file "mine.ch" is not known/],
    ['Public x := 1', 2, /Public is not in the subset/],
    ['a := IIf(b, 1)', 2, /IIf\(\) takes/],
    ['a := If(b, 1, 2)', 2, /write IIf/],
    ['a[1, 2] := 3', 2, /write \[a\]\[b\]/],
  ])('%j', (body, line, reason) => {
    expect(() => unitOf(body)).toThrow(
      expect.objectContaining({ file: 'a.prw', reason: expect.stringMatching(reason) as string }),
    );
    expect(() => unitOf(body)).toThrow(expect.objectContaining({ line }));
  });
});
