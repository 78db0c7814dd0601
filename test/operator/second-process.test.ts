import { BridgeProcess } from '../support/bridge-process.js';
import { OperatedBridge } from './operated-bridge.js';

/** No broker is needed: nobody listens on this port. */
const NO_KAFKA = ['127.0.0.1:9'];

describe('a second process on one outbox', () => {
  let operated: OperatedBridge;
  let second: BridgeProcess;

  beforeAll(async () => {
    operated = await OperatedBridge.prepare(NO_KAFKA);
    await operated.setup.bridge.start();
    second = await BridgeProcess.prepare({ env: operated.env });
  }, 60_000);

  afterAll(async () => {
    await second?.kill();
    await operated?.setup.dispose();
  });

  it('a bridge ends with one clear line and code 73, and the first goes on', async () => {
    const { ended } = await second.launch();
    expect((await ended).code).toBe(73);
    expect(second.lines).toEqual([
      expect.stringMatching(/^storage_locked: Another process owns the outbox .*Stop it first/),
    ]);
    expect((await operated.post('nf', 'first-goes-on')).status).toBe(201);
    expect((await operated.ready()).status).toBe(200);
  }, 60_000);

  it.each(['recover', 'reconcile'])('%s says the same and touches nothing', async (name) => {
    const { code, said } = await operated.command(name);
    expect(said).toMatch(/^storage_locked: Another process owns the outbox/);
    expect(code).toBe(73);
  });

  it('check looks beside it, and says that it runs and that Kafka is silent', async () => {
    const { code, said } = await operated.command('check');
    expect(said).toContain('A bridge has it open.');
    expect(said).toContain('It holds 1 pending');
    expect(said).toContain('Kafka did not answer');
    expect(code).toBe(0);
  });
});
