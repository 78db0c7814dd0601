import { tableOf } from './index.js';
import { erpWith } from './snippet.js';

const QUEUE = tableOf(
  'SZK',
  'ZK_FILIAL C2, ZK_ID C4, ZK_STATUS C1, ZK_N N6,2, ZK_DT D, ZK_JSON M',
  ['ZK_FILIAL+ZK_ID', 'ZK_FILIAL+ZK_STATUS+DTOS(ZK_DT)'],
  'C',
);
const INVOICES = tableOf('SF2', 'F2_FILIAL C2, F2_DOC C9', ['F2_FILIAL+F2_DOC']);

const erpOf = (text: string) => erpWith(text, { tables: [QUEUE, INVOICES] });

const row = (id: string, status: string) => ({ ZK_ID: id, ZK_STATUS: status });

function filled(text: string) {
  const erp = erpOf(text);
  for (const each of [row('B', '1'), row('A', '1'), row('C', '2')]) erp.table('SZK').insert(each);
  return erp;
}

const value = (body: string) =>
  filled(`User Function T()\nDbSelectArea("SZK")\n${body}`).user().run('U_T');

describe('a work area', () => {
  it.each([
    ['Return SZK->ZK_ID', 'A   '],
    ['DbSkip()\nDbSkip()\nReturn AllTrim(SZK->ZK_ID) + IIf(Eof(), "e", "")', 'C'],
    ['DbSkip(3)\nReturn SZK->ZK_ID + IIf(Eof(), "e", "") + Str(Recno(), 1)', '    e4'],
    ['DbSkip(-1)\nReturn AllTrim(SZK->ZK_ID) + IIf(Bof(), "b", "")', 'Ab'],
    ['DbGoTo(1)\nDbSkip(-1)\nReturn SZK->ZK_ID', 'A   '],
    ['DbSetOrder(2)\nReturn IIf(DbSeek(xFilial("SZK") + "1"), Recno(), 0)', 1],
    ['DbSetOrder(2)\nReturn IIf(MsSeek("  2"), Recno(), 0)', 3],
    ['DbSeek("  AA")\nReturn IIf(Eof() .And. !Found(), "none", "some")', 'none'],
    ['DbSeek("  AA", .T.)\nReturn AllTrim(SZK->ZK_ID) + IIf(Found(), "f", "")', 'B'],
    ['DbGoTo(3)\nReturn ("SZK")->ZK_ID + SZK->(FieldGet(FieldPos("ZK_ID")))', 'C   C   '],
    ['Return FieldPos("ZK_NO") + FCount()', 6],
    ['Return Select("SZK") * 10 + Select("SF2")', 20],
    ['Return TamSX3("ZK_N")[1] + TamSX3("ZK_N")[2]', 8],
    ['Return IndexOrd()', 1],
    ['DbSetOrder(0)\nDbGoTop()\nReturn SZK->ZK_ID', 'B   '],
    [
      'DbGoTo(2)\nRecLock("SZK", .F.)\nDbDelete()\nMsUnlock()\nDbSetOrder(0)\nDbGoTop()\nDbSkip()\nReturn SZK->ZK_ID',
      'C   ',
    ],
    ['DbGoTo(9)\nDbSkip(-1)\nReturn SZK->ZK_ID', 'C   '],
  ])('%j gives %j', async (body, expected) => {
    expect(await value(body)).toBe(expected);
  });

  it.each([
    ['Return SZK->ZK_ID + SF2->(Alias())', /alias SF2 does not exist/],
    ['Return SZK->ZK_NO', /SZK has no field ZK_NO/],
    ['DbSelectArea("SXX")\nReturn 1', /SXX is not in the dictionary/],
    ['DbSetOrder(3)\nReturn 1', /has no order 3/],
  ])('%j fails', async (body, reason) => {
    await expect(value(body)).rejects.toThrow(reason);
  });

  it('is given back by RestArea, with its order and position', async () => {
    const body = [
      'Local aArea, aKeep',
      'DbSetOrder(2)',
      'DbGoTo(3)',
      'aKeep := SZK->(GetArea())',
      'DbSelectArea("SF2")',
      'aArea := GetArea()',
      'SZK->(DbSetOrder(1))',
      'SZK->(DbGoTop())',
      'RestArea(aKeep)',
      'RestArea(aArea)',
      'Return Alias() + Str(SZK->(Recno()), 1) + Str(SZK->(IndexOrd()), 1)',
    ];
    expect(await value(body.join('\n'))).toBe('SF232');
  });

  it('of a table that Posicione has read is elsewhere afterwards', async () => {
    const body =
      'Local c := Posicione("SZK", 2, "  2", "ZK_ID")\nReturn AllTrim(c) + Str(SZK->(IndexOrd()), 1) + Str(SZK->(Recno()), 1)';
    expect(await value(body)).toBe('C23');
  });

  it('has the branch of the table: none when its rows are for all', async () => {
    expect(await value('Return xFilial("SZK") + "|" + xFilial("SF2")')).toBe('  |01');
  });
});

describe('rows', () => {
  it('are written as the columns are, with a lock only', async () => {
    const insert = [
      'RecLock("SZK", .T.)',
      'SZK->ZK_ID := "LONGER"',
      'SZK->ZK_N := 1.255',
      'SZK->ZK_DT := StoD("20240102")',
      'FieldPut(FieldPos("ZK_JSON"), "{}  ")',
      'SZK->(MsUnlock())',
      'Return Recno()',
    ];
    const erp = filled(`User Function T()\nDbSelectArea("SZK")\n${insert.join('\n')}`);
    expect(await erp.user().run('U_T')).toBe(4);
    expect(erp.table('SZK').all().at(-1)).toMatchObject({
      ZK_ID: 'LONG',
      ZK_N: Number((1.255).toFixed(2)),
      ZK_DT: '20240102',
      ZK_JSON: '{}',
    });
    await expect(value('SZK->ZK_ID := "X"\nReturn 1')).rejects.toThrow(/without a lock/);
    const wrong = 'RecLock("SZK", .F.)\nSZK->ZK_ID := 1\nReturn 1';
    await expect(value(wrong)).rejects.toThrow(/ZK_ID is of type C/);
    await expect(value(wrong.replace('ZK_ID := 1', 'ZK_N := 12345'))).rejects.toThrow(/not fit/);
  });

  it('move in an order when their key changes, and the next one is the one after the new key', async () => {
    const body =
      'DbSetOrder(2)\nDbGoTop()\nRecLock("SZK", .F.)\nSZK->ZK_STATUS := "2"\nMsUnlock()\nDbSkip()\nReturn SZK->ZK_ID';
    expect(await value(body)).toBe('C   ');
  });

  it('that are deleted are skipped, and still there for DbGoTo', async () => {
    const body =
      'RecLock("SZK", .F.)\nDbDelete()\nMsUnlock()\nDbGoTop()\nIf SZK->ZK_ID == "A   "\nReturn "seen"\nEndIf\nDbGoTo(2)\nReturn IIf(Deleted(), SZK->ZK_ID, "gone")';
    expect(await value(body)).toBe('A   ');
  });
});
