import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '../../dev/free-ports.js';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { whyNoServer } from '../../dev/server/debian-root.js';
import { run } from '../../dev/run.js';
import { Server } from '../../dev/server/server.js';
import { describeWhereNothingIsMissing } from '../support/describe-where.js';

/* The installer and the unit on a plain Debian whose systemd is real. Kafka is not there: that is no reason not to start. */

const WITHIN_MS = 120_000;
const VERSION = '0.1.0';
const onServer = describeWhereNothingIsMissing(whyNoServer());

let server: Server;
let port: number;
const URL_OF = (path: string): string => `http://127.0.0.1:${port}${path}`;
const install = (options = ''): Promise<string> =>
  server.run(`/root/ponte/deploy/systemd/install.sh ${options}`);

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(await server.run('journalctl -u ponte -n 40'));
    await delay(100);
  }
}

async function post(id: string): Promise<number> {
  const response = await fetch(URL_OF('/topics/nf-saida'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Prefer: 'respond-async' },
    body: JSON.stringify({ message_id: id, data: { documento: id } }),
  });
  await response.arrayBuffer();
  return response.status;
}

const known = async (id: string): Promise<boolean> => (await fetch(URL_OF(`/messages/${id}`))).ok;

const property = async (name: string, unit = 'ponte'): Promise<string> =>
  (await server.run(`systemctl show --value -p ${name} ${unit}`)).trim();

/** Until systemd has heard that it is ready. */
const untilActive = (): Promise<void> =>
  until(async () => (await property('ActiveState')) === 'active');

onServer('a plain server', () => {
  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    const archive = await run(process.execPath, [join(PROJECT_ROOT, 'deploy/release/release.mjs')]);
    server = await Server.boot();
    await server.put(archive.trim(), '/root/ponte.tar.gz');
    await server.run('mkdir ponte && tar -xzf ponte.tar.gz -C ponte --strip-components=1');
  }, 600_000);

  afterAll(async () => server.stop(), 120_000);

  test('has the bridge after one command, which returns when it accepts', async () => {
    const words = await install(`--kafka 127.0.0.1:1 --port ${port}`);
    expect(words).toContain(`ponte ${VERSION} runs: http://127.0.0.1:${port}`);
    expect(await post('nf-1')).toBe(202);
    expect(await property('Type')).toBe('notify');
    expect(await server.run('stat -c "%U %a" /var/lib/ponte')).toBe('ponte 700\n');
  }, 120_000);

  test('is left as it is by the same command again', async () => {
    const before = await property('MainPID');
    expect(await install(`--kafka 127.0.0.1:1 --port ${port}`)).toBe(
      `ponte ${VERSION} runs: http://127.0.0.1:${port}\n`,
    );
    expect(await property('MainPID')).toBe(before);
    await server.run(`grep -qx KAFKA_BROKERS=127.0.0.1:1 /etc/ponte/ponte.env`);
  }, 120_000);

  test('runs it with little exposure, and no core', async () => {
    const words = await server.run('systemd-analyze security --no-pager ponte');
    expect(Number(/exposure level for ponte\.service: (\S+)/.exec(words)?.[1])).toBeLessThan(2);
    const pid = await property('MainPID');
    expect(await server.run(`grep 'core file size' /proc/${pid}/limits`)).toMatch(/ 0 +0 +bytes/);
    expect(await server.run(`grep -E '^(Seccomp|NoNewPrivs|CapEff):' /proc/${pid}/status`)).toBe(
      'CapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\n',
    );
  });

  test('brings back a bridge that was killed', async () => {
    await server.run(`kill -9 ${await property('MainPID')}`);
    await until(async () => (await property('NRestarts')) === '1');
    await untilActive();
    expect(await known('nf-1')).toBe(true);
  }, 120_000);

  test('hears of a bridge that lives, and brings back one that hangs', async () => {
    const drop = '/etc/systemd/system/ponte.service.d';
    await server.run(`mkdir -p ${drop} && printf '[Service]\\nWatchdogSec=4\\n' > ${drop}/t.conf`);
    await server.run('systemctl daemon-reload && systemctl restart ponte');
    const since = await property('WatchdogTimestampMonotonic');
    await until(async () => (await property('WatchdogTimestampMonotonic')) !== since);
    const heard = Number(await property('WatchdogTimestampMonotonic'));
    // Three times as long as a silent one would have been left.
    await until(
      async () => Number(await property('WatchdogTimestampMonotonic')) > heard + 12_000_000,
    );
    expect(await property('NRestarts')).toBe('0');

    await server.run(`kill -STOP ${await property('MainPID')}`);
    await until(async () => (await property('NRestarts')) === '1');
    await untilActive();
    expect(await server.run('journalctl -u ponte')).toContain('Watchdog timeout');
    expect(await known('nf-1')).toBe(true);
    await server.run(`rm -r ${drop} && systemctl daemon-reload`);
  }, 120_000);

  test('gives it secrets as files that nobody else reads', async () => {
    await server.run('echo s3cret > /etc/ponte/credentials/KAFKA_SASL_PASSWORD');
    await server.run(
      "printf 'KAFKA_SASL_MECHANISM=scram-sha-512\\nKAFKA_SASL_USERNAME=ponte\\n' >> /etc/ponte/ponte.env",
    );
    await server.run('systemctl restart ponte');
    const copy = '/run/credentials/ponte.service/ponte_KAFKA_SASL_PASSWORD';
    expect(await server.run(`cat ${copy}`)).toBe('s3cret\n');
    expect((await server.try(`setpriv --reuid=nobody --clear-groups cat ${copy}`)).code).not.toBe(
      0,
    );
    const environment = `tr '\\0' '\\n' < /proc/${await property('MainPID')}/environ`;
    expect(await server.run(environment)).not.toContain('s3cret');
  });

  test('does not start one again and again whose variables are wrong, and says which', async () => {
    await server.run('echo many > /etc/ponte/credentials/PIPELINES');
    expect((await server.try('systemctl restart ponte')).code).not.toBe(0);
    expect(await property('ExecMainStatus')).toBe('78');
    expect(await property('SubState')).toBe('failed');
    const { code, output } = await server.try('/root/ponte/deploy/systemd/install.sh');
    expect(code).toBe(1);
    expect(output).toContain('PIPELINES');
    await server.run('rm /etc/ponte/credentials/PIPELINES && systemctl restart ponte');
  });

  test("has the operator's commands, as the bridge's user", async () => {
    expect(await server.run('ponte version')).toBe(`${VERSION}\n`);
    expect(await server.run('ponte keys list')).toContain('no keys');
    expect(await server.run('ponte top --once')).toContain(`Ponte http://127.0.0.1:${port} `);
    await server.run('systemctl stop ponte');
    expect(await property('ExecMainStatus')).toBe('0');
    const words = (await server.try('ponte outbox check')).output;
    expect(words).toContain('The outbox is /var/lib/ponte/outbox.db. It is whole');
    expect(words).toContain('It holds 1 pending');
    expect(await server.run('find /var/lib/ponte ! -user ponte')).toBe('');
    await server.run('systemctl start ponte');
  }, 120_000);

  test('tells of dead letters where somebody wants that', async () => {
    const unit = 'ponte-dead-letter-alerts';
    expect((await server.try(`systemctl is-enabled ${unit}`)).output).toBe('disabled\n');
    await server.try(`systemctl start ${unit}`);
    await until(async () => (await property('ExecMainStatus', unit)) === '78');
    expect(await property('SubState', unit)).toBe('failed');
    await server.run(
      `echo ALERT_WEBHOOK_URL=https://alerts.example >> /etc/ponte/ponte.env && systemctl enable --now ${unit}`,
    );
    // There is no Kafka here, which is no reason to end.
    await until(async () =>
      (await server.run(`journalctl -u ${unit}`)).includes('cannot be read yet'),
    );
    expect(await property('SubState', unit)).toBe('running');
    expect(await property('NRestarts', unit)).toBe('0');
  }, 120_000);

  test('has it again after a reboot', async () => {
    await server.reboot();
    await untilActive();
    expect(await known('nf-1')).toBe(true);
  }, 180_000);

  test('keeps the outbox and the former version in an upgrade, and no older one', async () => {
    for (const version of ['0.2.0', '0.3.0']) {
      await server.run(
        `sed -i 's/^  "version": .*/  "version": "${version}",/' ponte/package.json`,
      );
      expect(await install()).toContain(`ponte ${version} runs`);
      expect(await known('nf-1')).toBe(true);
    }
    expect(await server.run('ls -A /opt/ponte')).toBe('0.2.0\n0.3.0\ncurrent\n');
    expect(await server.run('readlink /proc/$(systemctl show --value -p MainPID ponte)/exe')).toBe(
      '/opt/ponte/0.3.0/bin/node\n',
    );
  }, 180_000);

  test('keeps records, keys and settings when it is uninstalled, and has them when it is installed again', async () => {
    expect(await server.run('/root/ponte/deploy/systemd/install.sh uninstall')).toContain('stays');
    for (const unit of ['ponte', 'ponte-dead-letter-alerts']) {
      expect((await server.try(`systemctl status ${unit}`)).code).toBe(4);
    }
    expect((await server.try('ls /opt/ponte /usr/local/bin/ponte')).code).not.toBe(0);
    await server.run('test -s /var/lib/ponte/outbox.db && test -s /etc/ponte/ponte.env');
    await server.run('/root/ponte/deploy/systemd/install.sh uninstall');
    await install();
    expect(await known('nf-1')).toBe(true);
  }, 120_000);
});
