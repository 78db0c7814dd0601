import { chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/bridge-api.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { keysCommand } from './outbox-command.js';

const KEY = /ponte_[0-9a-f]{16}\.[A-Za-z0-9_-]{43}/;

describe('npm run keys', () => {
  let folder: string;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-keys-'));
    env = {
      KEYS_PATH: join(folder, 'keys', 'keys.json'),
      OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
      OUTBOX_BALLAST: '0',
      KAFKA_BROKERS: '127.0.0.1:1',
      CONFIRM_WAIT_MS: '0',
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const create = async (name: string, ...args: readonly string[]): Promise<string> => {
    const { code, said } = await keysCommand(env, 'create', name, ...args);
    expect(code).toBe(0);
    return KEY.exec(said)?.[0] ?? '';
  };
  const idOf = (key: string): string => key.slice('ponte_'.length).split('.')[0] ?? '';
  const post = async ({ url }: BridgeProcess, key: string, topic: string): Promise<number> => {
    const response = await fetch(`${url}/topics/${topic}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: '{"key":"k","data":1}',
    });
    await response.arrayBuffer();
    return response.status;
  };

  it('makes keys that a running bridge takes and, when they are revoked, refuses; their secrets are nowhere', async () => {
    const bridge = await BridgeProcess.start({ env: { ...env, LOG_LEVEL: 'debug' } });
    try {
      const key = await create('protheus', '--role', 'produce', '--topic', 'notas*');
      const status = (topic: string) => () => post(bridge, key, topic);
      await until(
        'it is asked for',
        () => post(bridge, 'none', 'notas'),
        (code) => code === 401,
      );
      expect(await status('notas-sp')()).toBe(201);
      expect(await status('pedidos')()).toBe(403);
      const rotated = await keysCommand(env, 'rotate', idOf(key), '--overlap', '1h');
      const next = KEY.exec(rotated.said)?.[0] ?? '';
      await until(
        'the new one is read',
        () => post(bridge, next, 'notas'),
        (code) => code === 201,
      );
      expect(await status('notas')()).toBe(201);
      expect((await keysCommand(env, 'revoke', idOf(key))).code).toBe(0);
      await until('it is revoked', status('notas'), (code) => code === 401);
      expect(await post(bridge, next, 'notas')).toBe(201);
      await bridge.terminate();
      const list = await keysCommand(env, 'list', '--json');
      expect(JSON.parse(list.said)).toMatchObject([
        { id: idOf(key), state: 'revoked', roles: ['produce'], topics: ['notas*'] },
        { id: idOf(next), state: 'valid', last_used_at: expect.stringMatching(/^2/) as string },
      ]);
      const secrets = [key, next].map((one) => one.split('.')[1] ?? '');
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      const texts = files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
      for (const text of [...(await Promise.all(texts)), list.said, ...bridge.lines]) {
        for (const secret of secrets) expect(text).not.toContain(secret);
      }
      expect((await stat(env['KEYS_PATH'] ?? '')).mode & 0o777).toBe(0o600);
    } finally {
      await bridge.kill();
    }
  });

  it('lets the bridge listen on other addresses, which it refuses without keys', async () => {
    const open = { ...env, HOST: '0.0.0.0' };
    const bridge = await BridgeProcess.prepare({ env: open });
    await expect(bridge.start({ HOST: '0.0.0.0' })).rejects.toThrow(/HOST.*npm run keys/s);
    await create('protheus', '--role', 'produce', '--topic', '*');
    try {
      await bridge.start({ HOST: '0.0.0.0' });
      expect(await post(bridge, 'none', 'notas')).toBe(401);
    } finally {
      await bridge.kill();
    }
  });

  it('makes tenants, whose keys a running bridge holds to their topics and quotas', async () => {
    const run = async (...args: readonly string[]): Promise<string> => {
      const { code, said } = await keysCommand(env, ...args);
      return `${code} ${said}`;
    };
    await create('old', '--role', 'produce', '--topic', '*');
    expect(await run('tenant', 'acme', '--topic', 'acme-*', '--records-per-second', '1')).toMatch(
      /^0 acme: acme-\*; 1 records a second\n.*\(old\) is of no tenant and reaches/,
    );
    expect(await run('tenant', 'beta', '--topic', 'acme-notas')).toMatch(/^78 .*overlap/s);
    expect(await run('create', 'x', '--role', 'read', '--topic', '*', '--tenant', 'b')).toMatch(
      /^1 There is no such tenant/,
    );
    const key = await create('erp', '--role', 'produce', '--topic', '*', '--tenant', 'acme');
    expect(await run('list')).toMatch(/erp of acme: produce on \*/);
    expect(await run('tenants', '--json')).toBe(
      '0 [{"name":"acme","topics":["acme-*"],"records_per_second":1}]\n',
    );
    const bridge = await BridgeProcess.start({ env });
    try {
      expect(await post(bridge, key, 'acme-notas')).toBe(201);
      expect(await post(bridge, key, 'acme-notas')).toBe(429);
      expect(await post(bridge, key, 'beta-notas')).toBe(403);
      // A limit that is not named again is none any more, and the bridge reads it by itself.
      expect(await run('tenant', 'acme', '--topic', 'acme-*')).toMatch(/^0 .*no limits/);
      const posted = (): Promise<number> => post(bridge, key, 'acme-notas');
      await until(
        'it is read',
        async () => [await posted(), await posted(), await posted()],
        (codes) => codes.every((code) => code === 201),
      );
    } finally {
      await bridge.terminate();
    }
    expect(await run('remove-tenant', 'acme')).toMatch(/^78 .*has a valid key/s);
    await run('revoke', idOf(key));
    expect(await run('remove-tenant', 'acme')).toMatch(/^0 acme is no tenant any more/);
    expect(await run('remove-tenant', 'acme')).toMatch(/^1 There is no such tenant/);
    // What the bridge writes into the audit.
    expect(await run('tenant', 'beta', '--topic', 'beta-*')).toMatch(/^0 /);
    const by = userInfo().username;
    expect(JSON.parse(await readFile(env['KEYS_PATH'] ?? '', 'utf8'))).toMatchObject({
      tenants: [{ name: 'beta', changed_by: by }],
      removed_tenants: [{ name: 'acme', removed_by: by }],
    });
  });

  it('finds the file where the bridge does, also by the name of a file that names it', async () => {
    const named = join(folder, 'path.txt');
    await writeFile(named, `${join(folder, 'elsewhere.json')}\n`);
    const { KEYS_PATH: _own, ...others } = env;
    const by = { ...others, KEYS_PATH_FILE: named };
    expect(await keysCommand(by, 'create', 'x', '--role', 'read', '--topic', '*')).toMatchObject({
      code: 0,
    });
    expect(await readdir(folder)).toContain('elsewhere.json');
  });

  it('makes an identity of a certificate, which has no secret and cannot be rotated', async () => {
    const rights = ['--role', 'read', '--topic', '*'];
    const certificate = `SHA256=${'AB:'.repeat(31)}AB`;
    const made = await keysCommand(env, 'create', 'x', '--certificate', certificate, ...rights);
    expect([made.code, made.said]).toEqual([
      0,
      expect.stringMatching(/^Its id is [0-9a-f]{16}\.$/m),
    ]);
    expect(made.said).not.toMatch(KEY);
    const list = await keysCommand(env, 'list', '--json');
    const [one] = JSON.parse(list.said) as { readonly id: string }[];
    expect(one).toMatchObject({ certificate: `SHA256=${'ab'.repeat(32)}`, state: 'valid' });
    expect((await keysCommand(env, 'rotate', one?.id ?? '')).code).toBe(1);
    const again = await keysCommand(env, 'create', 'y', '--certificate', certificate, ...rights);
    expect([again.code, again.said]).toEqual([64, expect.stringMatching(/revoke that first/)]);
    expect((await keysCommand(env, 'revoke', one?.id ?? '')).code).toBe(0);
    expect(
      (await keysCommand(env, 'create', 'y', '--certificate', certificate, ...rights)).code,
    ).toBe(0);
  });

  it('loses nothing when many change it at once', async () => {
    const names = Array.from({ length: 6 }, (_, at) => `program ${at}`);
    await Promise.all(names.map((name) => create(name, '--role', 'read', '--topic', '*')));
    const { said } = await keysCommand(env, 'list', '--json');
    const listed = (JSON.parse(said) as { readonly name: string }[]).map(({ name }) => name);
    expect(listed.toSorted()).toEqual(names);
    expect(await readdir(join(folder, 'keys'))).toEqual(['keys.json']);
  });

  it('leaves the file to the owner of its folder, whoever has made it', async () => {
    const isRoot = process.getuid?.() === 0;
    const [uid, gid] = isRoot ? [12_345, 54_321] : [process.getuid?.(), process.getgid?.()];
    await chown(folder, uid ?? 0, gid ?? 0);
    await create('x', '--role', 'read', '--topic', '*');
    await create('y', '--role', 'read', '--topic', '*');
    for (const path of ['keys', 'keys/keys.json']) {
      expect(await stat(join(folder, path))).toMatchObject({ uid, gid });
    }
    // One that was given to somebody else stays his.
    const file = join(folder, 'keys', 'keys.json');
    const [other, others] = isRoot ? [12_346, 54_322] : [uid, gid];
    await chown(file, other ?? 0, others ?? 0);
    await create('z', '--role', 'read', '--topic', '*');
    expect(await stat(file)).toMatchObject({ uid: other, gid: others });
  });

  it('takes any text as a name, and shows it as it is', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await create(name, '--role', 'read', '--topic', '*');
    const { said } = await keysCommand(env, 'list', '--json');
    expect(JSON.parse(said)).toMatchObject([{ name }]);
  });

  it.each([
    [['create', 'x', '--role', 'produce'], /needs --topic/],
    [['create', 'x', '--topic', '*'], /needs --role/],
    [['create', 'x', '--role', 'root', '--topic', '*'], /no role root/],
    [['create', 'x', '--role', 'read', '--topic', 'a*b'], /no topic/],
    [['create', 'a\nb', '--role', 'read', '--topic', '*'], /A name is/],
    [['create', 'x', '--role', 'read', '--topic', '*', '--expires', 'soon'], /no time/],
    [['tenant', 'acme'], /needs --topic/],
    [['tenant', 'Acme', '--topic', 'a'], /A tenant has/],
    [['tenant', 'acme', '--topic', 'a', '--queued-rows', '0'], /no number/],
    [['tenant', 'acme', '--topic', 'a', '--bytes-per-second', 'many'], /no size/],
    [['tenants', 'x'], /takes no x/],
    [['create', 'x', '--role', 'read', '--topic', '*', '--certificate', 'O=x'], /no certificate/],
    [['create'], /needs a name/],
    [['list', 'x'], /takes no x/],
    [['revoke', 'x', '--role', 'read'], /no option --role/],
    [['burn'], /no command burn/],
  ])('%j is refused with what is wrong, and makes nothing', async (args, reason) => {
    const { code, said } = await keysCommand(env, ...args);
    expect([code, said]).toEqual([64, expect.stringMatching(reason)]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says so when there is no such key, or the file is not right', async () => {
    expect((await keysCommand(env, 'revoke', '0123456789abcdef')).code).toBe(1);
    const broken = { ...env, KEYS_PATH: folder };
    expect(await keysCommand(broken, 'list')).toMatchObject({ code: 78 });
  });
});
