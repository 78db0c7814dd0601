import { Killed, tableOf } from './index.js';
import { erpWith } from './snippet.js';

const QUEUE = tableOf('SZK', 'ZK_ID C2, ZK_STATUS C1', ['ZK_ID'], 'C');

const SOURCE = `
User Function Add(lStop)
  DbSelectArea("SZK")
  Begin Transaction
    RecLock("SZK", .T.)
    SZK->ZK_ID := "A"
    SZK->ZK_STATUS := "1"
    SZK->(MsUnlock())
    U_Pause()
    If lStop
      DisarmTransaction()
    EndIf
  End Transaction
Return SZK->(Eof())

User Function Change(cTo, lInTx)
  DbSelectArea("SZK")
  SZK->(DbGoTo(1))
  If lInTx
    Begin Transaction
      U_Write(cTo)
      U_Pause()
    End Transaction
  Else
    Return U_Write(cTo)
  EndIf
Return .T.

User Function Write(cTo)
  Local cBefore := SZK->ZK_STATUS
  If !RecLock("SZK", .F.)
    Return "gone"
  EndIf
  cBefore += SZK->ZK_STATUS
  SZK->ZK_STATUS := cTo
  SZK->(MsUnlock())
Return cBefore

User Function Count()
  Local nRows := 0
  DbSelectArea("SZK")
  SZK->(DbGoTop())
  While SZK->(!Eof())
    nRows++
    SZK->(DbSkip())
  EndDo
Return nRows

User Function Try()
  DbSelectArea("SZK")
Return SZK->(DBRLock(1))

User Function Free()
  DbSelectArea("SZK")
  Begin Transaction
    RecLock("SZK", .T.)
    SZK->(DbRUnlock())
  End Transaction
Return

User Function Pause()
Return

User Function Fails()
  U_Add(.F.)
  Begin Transaction
    RecLock("SZK", .T.)
    SZK->ZK_ID := "B"
    SZK->(MsUnlock())
    AllTrim(1)
  End Transaction
Return

User Function Job(cId)
  RpcSetType(3)
  RpcSetEnv("99", "02")
  DbSelectArea("SZK")
  RecLock("SZK", .T.)
  SZK->ZK_ID := cId + cFilAnt
  SZK->(MsUnlock())
  RpcClearEnv()
Return 5

User Function Starts(lWait)
Return StartJob("U_JOB", GetEnvServer(), lWait, "")

User Function Blind()
  MsgInfo("x")
Return

User Function NoEnv()
Return Type("cFilAnt") + Str(Select("SX6"), 1)

User Function NoParam()
Return GetMV("MV_X", .F., "")

User Function OneOnly()
  If !LockByName("ONE", .T., .F.)
    Return "taken"
  EndIf
  U_Pause()
  UnLockByName("ONE", .T., .F.)
Return "had it"

User Function Keeps()
Return LockByName("KEPT", .T., .F.)
`;

const erpOf = (lockWaitMs?: number) =>
  erpWith(SOURCE, { tables: [QUEUE], ...(lockWaitMs === undefined ? {} : { lockWaitMs }) });
type Erp = ReturnType<typeof erpOf>;

/** Stops the next thread that comes to U_PAUSE; `reached` when it is there, and it goes on after `release`. */
function pauseOf(erp: Erp) {
  let release = () => {};
  let arrive = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  erp.hooks.beforeCall = (_, name) => {
    if (name !== 'U_PAUSE') return undefined;
    delete erp.hooks.beforeCall;
    arrive();
    return released;
  };
  return { reached, release };
}

describe('a transaction', () => {
  it('is read by others while it is open, and gone when it is rolled back', async () => {
    const erp = erpOf();
    const pause = pauseOf(erp);
    const writer = erp.user().run('U_ADD', true);
    await pause.reached;
    expect(await erp.user().run('U_COUNT')).toBe(1);
    pause.release();
    await writer;
    expect(await erp.user().run('U_COUNT')).toBe(0);
    expect(erp.table('SZK').all()).toEqual([]);
  });

  it('stays when it is committed', async () => {
    const erp = erpOf();
    await erp.user().run('U_ADD', false);
    expect(erp.table('SZK').all()).toEqual([{ ZK_ID: 'A', ZK_STATUS: '1' }]);
  });

  it('of a thread that fails is rolled back; what was committed before stays', async () => {
    const erp = erpOf();
    await expect(erp.user().run('U_FAILS')).rejects.toThrow(/C is expected/);
    expect(erp.table('SZK').all()).toHaveLength(1);
  });

  it('does not survive DbRUnlock', async () => {
    await expect(erpOf().user().run('U_FREE')).rejects.toThrow(/DBRUNLOCK cannot be called/);
  });
});

describe('a record lock', () => {
  it('is kept until the transaction ends; whoever waits reads the row again', async () => {
    const erp = erpOf();
    erp.table('SZK').insert({ ZK_ID: 'A', ZK_STATUS: '1' });
    const other = erp.user();
    await other.run('U_COUNT');
    const pause = pauseOf(erp);
    const writer = erp.user().run('U_CHANGE', '2', true);
    await pause.reached;
    expect(await erp.user().run('U_TRY')).toBe(false);
    let ended = false;
    const waiting = other.run('U_CHANGE', '3', false).finally(() => (ended = true));
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    pause.release();
    await writer;
    expect(await waiting).toBe('22');
    expect(erp.table('SZK').all()).toEqual([{ ZK_ID: 'A', ZK_STATUS: '3' }]);
  });

  it('of a row whose insertion is taken back is not had', async () => {
    const erp = erpOf();
    const pause = pauseOf(erp);
    const writer = erp.user().run('U_ADD', true);
    await pause.reached;
    const waiting = erp.user().run('U_CHANGE', '3', false);
    pause.release();
    await writer;
    expect(await waiting).toBe('gone');
  });

  it('that another thread keeps for too long ends the one that waits', async () => {
    const erp = erpOf(5);
    erp.table('SZK').insert({ ZK_ID: 'A' });
    const pause = pauseOf(erp);
    const writer = erp.user().run('U_CHANGE', '2', true);
    await pause.reached;
    await expect(erp.user().run('U_CHANGE', '3', false)).rejects.toThrow(/locked by another/);
    pause.release();
    await writer;
  });
});

describe('a thread that is killed', () => {
  it('stops where it is, its transaction is rolled back, and its locks and semaphores go', async () => {
    const erp = erpOf();
    erp.table('SZK').insert({ ZK_ID: 'A', ZK_STATUS: '1' });
    const pause = pauseOf(erp);
    const victim = erp.user();
    const killed = victim.run('U_CHANGE', '2', true);
    await pause.reached;
    victim.kill();
    await expect(killed).rejects.toBeInstanceOf(Killed);
    expect(await erp.user().run('U_CHANGE', '3', false)).toBe('11');
    await expect(victim.run('U_COUNT')).rejects.toBeInstanceOf(Killed);
  });

  it('gives its semaphore to others', async () => {
    const erp = erpOf();
    const pause = pauseOf(erp);
    const victim = erp.user();
    const killed = victim.run('U_ONEONLY');
    await pause.reached;
    expect(await erp.user().run('U_ONEONLY')).toBe('taken');
    victim.kill();
    await expect(killed).rejects.toBeInstanceOf(Killed);
    expect(await erp.user().run('U_ONEONLY')).toBe('had it');
    expect(await erp.user().run('U_ONEONLY')).toBe('had it');
  });
});

describe('a job', () => {
  it('runs beside whoever starts it, in an environment of its own', async () => {
    const erp = erpOf();
    expect(await erp.user().run('U_STARTS', false)).toBeNull();
    await erp.idle();
    expect(erp.table('SZK').all()).toEqual([{ ZK_ID: '02', ZK_STATUS: '' }]);
    expect(await erp.user().run('U_STARTS', true)).toBe(5);
    expect(erp.jobFailures).toEqual([]);
  });

  it('has no environment at first', async () => {
    const erp = erpOf();
    expect(await erp.bareThread().run('U_NOENV')).toBe('U0');
    expect(await erp.user().run('U_NOENV')).toBe('C1');
    await expect(erp.bareThread().run('U_NOPARAM')).rejects.toThrow(/RpcSetEnv comes first/);
    await expect(erp.user().run('U_JOB', 'x')).rejects.toThrow(/RpcSetEnv in a thread that has/);
  });

  it('dies of a window; a user sees it', async () => {
    const erp = erpOf();
    await erp.startJob('U_BLIND', []);
    expect(String(erp.jobFailures)).toMatch(/a window in a thread without a user: x/);
    await erp.user().run('U_BLIND');
    expect(erp.shown).toEqual(['x']);
  });
});

it('what is not given back is told of', async () => {
  const erp = erpOf();
  erp.table('SZK').insert({ ZK_ID: 'A' });
  await erp.user().run('U_ADD', false);
  await erp.user().run('U_ONEONLY');
  expect(erp.leaks).toEqual([]);
  await erp.user().run('U_TRY');
  await erp.user().run('U_KEEPS');
  expect(erp.leaks).toEqual([
    'U_TRY keeps the lock of row 1',
    'U_KEEPS keeps the semaphore KEPT/99/',
  ]);
});
