import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { postJson } from '../http/client.js';
import { startBridge, type RunningBridge } from '../http/running-bridge.js';
import { run } from '../support/foreign-tools.js';
import { NOT_RUN, ruleFor } from './not-run.js';
import { page } from './pages.js';
import { simpleCommands } from './programs.js';
import { commandsOf, type Command } from './shell.js';

/*
 * Every command of the README and the operator's pages that does no harm is run as it stands there, against one bridge on a real outbox; only
 * what lies behind its ports to Kafka is in memory. `ponte` is the release's own script.
 */

const PAGES = [
  'README.md',
  'docs/install.md',
  'docs/operations.md',
  'docs/runbook.md',
  ...['README', 'configurar', 'instalar', 'operar', 'perguntas-frequentes', 'runbook'].map(
    (name) => `docs/pt-BR/${name}.md`,
  ),
];
/** Those that the pages post to; `pequeno` is made by one of them. */
const TOPICS = ['protheus-notas-fiscais', 'protheus-pedidos', 'protheus-nfe', 'pedidos', 'titulos'];
const LIMIT_MS = 300_000;

const all = (await Promise.all(PAGES.map(page))).flatMap(commandsOf);
/** Once each, however many pages have it. */
const distinct = [...new Map(all.map((command) => [command.words.join(' '), command])).values()];

/** Programs of the system, such as `sqlite3` or `free`, that not every machine has. */
const absent = [
  ...new Set(
    distinct
      .filter((command) => ruleFor(command) === undefined)
      .flatMap(({ words }) => simpleCommands(words).map(([program = '']) => program))
      .filter((program) => program !== 'ponte')
      .filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0),
  ),
];
if (absent.length > 0) process.stderr.write(`Not run, for want of it: ${absent.join(', ')}\n`);
const commands = distinct.filter(
  ({ words }) => !simpleCommands(words).some(([program = '']) => absent.includes(program)),
);

test('what is not run has its rule, and each rule a command', () => {
  const used = new Set(commands.map(ruleFor).filter((rule) => rule !== undefined));
  expect(NOT_RUN.filter((rule) => !used.has(rule))).toEqual([]);
  expect(commands.filter((command) => ruleFor(command) === undefined).length).toBeGreaterThan(65);
});

describe('the commands of the operator’s pages', () => {
  let folder: string;
  let bridge: RunningBridge;

  beforeAll(async () => {
    await mkdir(join(PROJECT_ROOT, 'dist'), { recursive: true });
    // Below the project, so that `npm run` finds it from there.
    folder = await mkdtemp(join(PROJECT_ROOT, 'dist', 'typed-'));
    await installed(join(folder, 'opt'));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'nota.xml'), '<NFe/>');
    bridge = await startBridge({
      OUTBOX_URL: `sqlite:${join(folder, 'data', 'outbox.db')}`,
      CONFIRM_WAIT_MS: '0',
    });
    for (const topic of TOPICS) bridge.topics.partitions.set(topic, 3);
    for (const id of asked()) await accept(id);
  }, LIMIT_MS);

  afterAll(async () => {
    await bridge.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The programs as a release has them: the script beside a `node` and what was built. */
  async function installed(into: string): Promise<void> {
    await mkdir(join(into, 'bin'), { recursive: true });
    await run('cp', [join(PROJECT_ROOT, 'deploy', 'release', 'ponte'), join(into, 'bin', 'ponte')]);
    await symlink(process.execPath, join(into, 'bin', 'node'));
    for (const name of ['dist', 'node_modules', 'package.json']) {
      await symlink(join(PROJECT_ROOT, name), join(into, name));
    }
  }

  /** The message ids that the pages ask for, or repeat, without those that they post themselves. */
  function asked(): ReadonlySet<string> {
    const found = (pattern: RegExp): readonly string[] =>
      commands.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, id = '']) => id));
    const posted = found(/"message_id": ?"([\w-]+)"/g);
    const ids = found(/\/(?:messages|dead-letters)\/([\w-]+)/g);
    return new Set(ids.filter((id) => id !== 'replay' && !posted.includes(id)));
  }

  const accept = (id: string) =>
    postJson(
      `${bridge.url}/topics/${TOPICS[0]}`,
      JSON.stringify({ key: id, data: {}, message_id: id }),
    );

  /** As it is typed, with the test's bridge and folder in the places of those of a server. */
  function asTyped({ text }: Command): string {
    return text
      .replaceAll(/http:\/\/(?:127\.0\.0\.1|localhost):8081/g, bridge.url)
      .replaceAll('/var/lib/ponte/', `${join(folder, 'data')}/`)
      .replaceAll('/backup/', `${folder}/`)
      .replaceAll(/^curl /gm, 'curl --fail-with-body ');
  }

  /** The state that a command finds: the topic or file to be made is not there, the record to be repeated is a dead letter, with those of its transaction. */
  async function asBefore(command: Command): Promise<void> {
    const { text } = command;
    const backup = / backup (\S+)/.exec(asTyped(command))?.[1];
    if (backup !== undefined) await rm(backup, { force: true });
    if (text.includes('/admin/topics')) bridge.topics.partitions.delete(TOPICS[0] ?? '');
    else bridge.topics.partitions.set(TOPICS[0] ?? '', 3);
    const id = /\/admin\/dead-letters\/([\w-]+)/.exec(text)?.[1] ?? '';
    const { accepted } = bridge.relay;
    const of = accepted.find(({ messageId }) => messageId === id)?.transaction?.id;
    const together = accepted.filter(({ messageId, transaction }) =>
      of === undefined ? messageId === id : transaction?.id === of,
    );
    if ((await bridge.store.find(id))?.status === 'pending') await bridge.relay.bury(together);
  }

  const env = (): Readonly<Record<string, string>> => ({
    PATH: `${join(folder, 'opt', 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    OUTBOX_URL: bridge.outboxUrl,
    KEYS_PATH: join(folder, 'keys.json'),
    KAFKA_BROKERS: '127.0.0.1:9',
    PORT: String(bridge.port),
  });

  test(
    'all end well and say something',
    async () => {
      const faults: string[] = [];
      for (const command of commands.filter((one) => ruleFor(one) === undefined)) {
        await asBefore(command);
        const shell = ['-c', asTyped(command)];
        const said = await run('sh', shell, { cwd: folder, env: env() }).catch(
          (error: Error) => error,
        );
        // A query may find nothing.
        if (said instanceof Error || (said === '' && !command.text.startsWith('sqlite3 '))) {
          faults.push(`${command.page}:${command.line}: ${command.text}: ${String(said)}`);
        }
      }
      expect(faults).toEqual([]);
    },
    LIMIT_MS,
  );
});
