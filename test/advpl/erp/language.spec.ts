import { erpWith, returned } from './snippet.js';
import { toErpText } from './index.js';

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['"abc" = "ab"', true],
    ['"ab" = "abc"', false],
    ['"abc" == "ab"', false],
    ['"abc" != "ab"', false],
    ['"b" $ "abc"', true],
    ['!.F. .And. (1 > 2 .Or. 2 >= 2)', true],
    ['.F. .And. Unknown()', false],
    ['IIf(.F., Unknown(), "x")', 'x'],
    ['{1, {2, 3}}[2][1]', 2],
    ['Eval({|x, y| x - y}, 5, 3)', 2],
    ['AllTrim("  a b ") + "|"', 'a b|'],
    ['SubStr("abcdef", 3, 2) + Left("xyz", 1) + Right("xyz", 1)', 'cdxz'],
    ['StrZero(12, 5) + "|" + Str(1.5, 6, 2)', '00012|  1.50'],
    ['PadR("a", 3) + "|" + PadL(7, 3, "0")', 'a  |007'],
    ['StrTran("a.b.c", ".", "-") + Upper("x")', 'a-b-cX'],
    ['At("c", "abc") + Rat("b", "abab")', 7],
    ['Val("12.50") + Val("x") + Val("200 OK")', 212.5],
    ['cValToChar(.T.) + cValToChar(12.5) + cValToChar(Nil)', '.T.12.5'],
    ['Round(1.005, 2) + NoRound(2.999, 2)', 4],
    ['Len({1, 2}) + Len("abc")', 5],
    ['DtoS(StoD("20240229") + 1)', '20240301'],
    ['StoD("20240301") - StoD("20240228")', 2],
    ['ValType({}) + ValType({|| 1}) + ValType(Nil) + ValType(Date())', 'ABUD'],
    ['aScan({3, 5, 7}, {|n| n > 4})', 2],
    ['aSort({3, 1, 2})[1]', 1],
    ['aSort({3, 1, 2}, , , {|a, b| a > b})[1]', 3],
    ['Empty("  ") .And. Empty(0) .And. Empty({}) .And. Empty(CtoD(""))', true],
    ['EncodeUTF8(Chr(231), "cp1252")', '\u00c3\u00a7'],
    ['DecodeUTF8(EncodeUTF8(Chr(231)))', '\u00e7'],
    ['EncodeUTF8(Chr(129))', null],
    ['FwNoAccent(Chr(199) + Chr(195) + "o")', 'CAo'],
    ['Type("cFilAnt") + Type("NoSuchName")', 'CU'],
    ['StrTokArr("a;b;;c", ";")[3]', 'c'],
    ['Len(FWUUIDV4())', 36],
    ['cEmpAnt + cFilAnt', '9901'],
    ['CRLF', '\r\n'],
  ])('%s is %j', async (text, value) => {
    expect(await returned(`Return ${text}`)).toEqual(value);
  });

  it('give the time of the zone of the server', async () => {
    const clock = () => new Date('2026-01-02T02:03:04.000Z');
    expect(await returned('Return FWTimeStamp(5) + " " + DtoS(Date()) + Time()', { clock })).toBe(
      '2026-01-01T23:03:04-03:00 2026010123:03:04',
    );
  });
});

describe('statements', () => {
  it.each([
    ['Local n := 0, i\nFor i := 1 To 10 Step 3\nn += i\nNext i\nReturn n', 22],
    ['Local n := 0\nWhile .T.\nn++\nIf n < 5\nLoop\nEndIf\nExit\nEndDo\nReturn n', 5],
    ['Local n := 3\nDo Case\nCase n == 1\nReturn 1\nOtherwise\nn := 9\nEndCase\nReturn n', 9],
    ['Local x\nLocal y := 1\nDefault x := 5, y := 6\nReturn x + y', 6],
    ['Local n := 1\nLocal b := {|| n}\nn := 2\nReturn Eval(b)', 2],
    ['Local a := {1}\nLocal b := a\naAdd(b, 2)\nReturn Len(a)', 2],
    ['Local cNameOfTen1 := 1\ncNameOfTen2 := 2\nReturn cNameOfTen1', 2],
  ])('%j gives %j', async (body, value) => {
    expect(await returned(body)).toBe(value);
  });

  it('pass by reference with @ only', async () => {
    const erp = erpWith(
      'User Function T()\nLocal a := 1, b := 1\nSet(@a)\nSet(b)\nReturn a * 10 + b\nStatic Function Set(x)\nx := 2\nReturn',
    );
    expect(await erp.user().run('U_T')).toBe(21);
  });

  it('let privates be seen by what is called, until the function ends', async () => {
    const erp = erpWith(
      'User Function T()\nPrivate nX := 1\nReturn See()\nStatic Function See()\nReturn nX + 1\nUser Function After()\nReturn Type("nX")',
    );
    const user = erp.user();
    expect(await user.run('U_T')).toBe(2);
    expect(await user.run('U_After')).toBe('U');
  });

  it('give entry points their parameters', async () => {
    const erp = erpWith(
      'User Function T()\nReturn IIf(ExistBlock("PE") .And. !ExistBlock("NO"), ExecBlock("PE", .F., .F., {7}), 0)\nUser Function PE()\nReturn PARAMIXB[1]',
    );
    expect(await erp.user().run('U_T')).toBe(7);
  });
});

describe('JsonObject', () => {
  it('keeps letters as the bytes that they are, and reads what it wrote', async () => {
    const body = [
      'Local o := JsonObject():New()',
      'Local p := JsonObject():New()',
      'o["nome"] := "A" + Chr(199) + Chr(195) + "O"',
      'o["valor"] := 1500.5',
      'o["itens"] := {JsonObject():New(), Nil, .T.}',
      'o["itens"][1]["q"] := 2',
      'If p:FromJson(o:ToJson()) != Nil .Or. p["itens"][1]["q"] != 2 .Or. p:HasProperty("x")',
      'Return "wrong"',
      'EndIf',
      'Return p:ToJson()',
    ];
    expect(await returned(body.join('\n'))).toBe(
      toErpText('{"nome":"AÇÃO","valor":1500.5,"itens":[{"q":2},null,true]}'),
    );
  });

  it('says what is wrong with a text that is no JSON', async () => {
    expect(await returned('Return ValType(JsonObject():New():FromJson("<html>"))')).toBe('C');
  });
});

describe('errors', () => {
  it.each([
    ['Return Unknown(1)', 3, /function UNKNOWN does not exist/],
    ['Local n := 1\nReturn n + ;\n "a"', 4, /type mismatch: N and C/],
    ['Return AllTrim(1)', 3, /C is expected, not N/],
    ['Return AllTrim("a", "b")', 3, /ALLTRIM takes at most 1/],
    ['Return SubStr("a")', 3, /SUBSTR takes at least 2/],
    ['nUnknown := 1', 3, /variable NUNKNOWN does not exist/],
    ['Return {1}[2]', 3, /array out of bounds/],
    ['Return JsonObject():New():NoMethod()', 3, /no method NoMethod/],
    ['Return 1 / 0', 3, /division by zero/],
    ['Begin Transaction\nReturn 1\nEnd Transaction', 4, /leaves the transaction of line 3 open/],
    ['Return U_T(1)', 3, /T takes 0 arguments/],
    ['Return U_T()', 3, /calls itself without an end/],
  ])('%j', async (body, line, reason) => {
    const failed = returned(body);
    await expect(failed).rejects.toThrow(reason);
    await expect(failed).rejects.toThrow(`snippet.prw:${line}: `);
  });

  const guarded = (inner: string) =>
    [
      'Local oError',
      'Local cSaid := "nothing"',
      'Local bOld := ErrorBlock({|e| oError := e, Break(e)})',
      'Begin Sequence',
      inner,
      'cSaid := "went on"',
      'Recover Using oError',
      'cSaid := IIf(ValType(oError) == "O", oError:Description, oError)',
      'End Sequence',
      'ErrorBlock(bOld)',
      'Return cSaid',
    ].join('\n');

  it('come to Recover by an error block that breaks, and only so', async () => {
    expect(await returned(guarded('{1}[2] := 1'))).toMatch(/array out of bounds/);
    expect(await returned(guarded('Break("mine")'))).toBe('mine');
    expect(await returned(guarded('nSome := 1').replace('nSome := 1', 'cSaid := "x"'))).toBe(
      'went on',
    );
    const bare = 'Local n\nBegin Sequence\nn := {1}[2]\nRecover\nn := 3\nEnd Sequence\nReturn n';
    await expect(returned(bare)).rejects.toThrow(/array out of bounds/);
  });

  it('are kept for the test, though the sources have taken them', async () => {
    const erp = erpWith(`User Function T()\n${guarded('{1}[2] := 1')}`);
    await erp.user().run('U_T');
    expect(erp.faults.map(({ message }) => message)).toEqual([
      'snippet.prw:7: array out of bounds: [2] of 1',
    ]);
  });

  it('of the kind that a compiler shows end the thread all the same', async () => {
    await expect(returned(guarded('Unknown()'))).rejects.toThrow(/UNKNOWN does not exist/);
    await expect(returned(guarded('ErrorBlock(bOld)\n{1}[2] := 1'))).rejects.toThrow(/bounds/);
  });

  it('of a Break out of a transaction end the thread, since nobody ends it', async () => {
    await expect(
      returned(guarded('Begin Transaction\nBreak("x")\nEnd Transaction')),
    ).rejects.toThrow(/Break has left a transaction/);
  });
});
