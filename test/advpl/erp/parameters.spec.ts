import { erpWith } from './snippet.js';

describe('parameters', () => {
  const source =
    'User Function T(c)\nReturn GetMV(c, .F., "none") + "," + GetNewPar(c, "none") + "," + SuperGetMV(c, .F., "none")\nUser Function Put()\nReturn PutMV("MV_A", "new")\nUser Function Strict()\nReturn GetMV("MV_NO")';

  it('are the branch’s, else everybody’s; SuperGetMV keeps what it has read', async () => {
    const erp = erpWith(source);
    erp.parameters.set('MV_A', 'all');
    const user = erp.user();
    expect(await user.run('U_T', 'MV_A')).toBe('all,all,all');
    erp.parameters.set('MV_A', 'ours', '01');
    expect(await user.run('U_T', 'MV_A')).toBe('ours,ours,all');
    erp.parameters.restart();
    expect(await user.run('U_T', 'MV_A')).toBe('ours,ours,ours');
    expect(await user.run('U_PUT')).toBe(true);
    expect(await user.run('U_T', 'MV_A')).toBe('new,new,new');
    expect(await user.run('U_T', 'MV_NO')).toBe('none,none,none');
    await expect(user.run('U_STRICT')).rejects.toThrow(/MV_NO does not exist/);
    expect(() => erp.parameters.set('MV_KAFKATPC', '')).toThrow(/more than ten/);
  });
});
