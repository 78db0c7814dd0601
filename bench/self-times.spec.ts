import { moduleOf, selfTimes, shareOf } from './self-times.js';

describe('the module of a function', () => {
  it.each([
    ['file:///srv/p/node_modules/kafkajs/src/network/connection.js', 'kafkajs'],
    ['file:///srv/p/node_modules/@nestjs/core/router/x.js', '@nestjs/core'],
    ['/srv/p/node_modules/a/node_modules/b/index.js', 'b'],
    ['node:internal/streams/writable', 'node:internal/streams'],
    ['node:net', 'node:net'],
    ['file:///srv/p/dist/apps/bridge/src/relay/pipeline.js', 'Ponte apps/bridge/relay'],
    ['file:///srv/p/dist/libs/outbox/src/accept.js', 'Ponte libs/outbox'],
  ])('%s is %s', (url, module) => {
    expect(moduleOf(url, 'f')).toBe(module);
  });

  it('without a file is what V8 calls it', () => {
    expect(moduleOf('', '(garbage collector)')).toBe('(garbage collector)');
    expect(moduleOf('', 'runMicrotasks')).toBe('native code');
    expect(moduleOf('', 'Backup')).toBe('sqlite3, native');
  });
});

describe('self times', () => {
  const frame = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url },
  });
  const profile = {
    nodes: [
      frame(1, '(idle)', ''),
      frame(2, 'send', '/p/node_modules/kafkajs/a.js'),
      frame(3, '', '/p/node_modules/kafkajs/b.js'),
      frame(4, '(garbage collector)', ''),
      frame(5, 'send', '/p/node_modules/kafkajs/a.js'),
      frame(6, 'dispatch', ''),
    ],
    samples: [1, 2, 3, 4, 5, 6],
    timeDeltas: [50, 10, 5, 10, 15, 10],
  };

  it('are shares of the busy time, added up over all places of a function', () => {
    const { busy, functions, modules } = selfTimes(profile);
    expect(busy).toBeCloseTo(0.4);
    expect(functions).toEqual([
      { name: 'send (kafkajs)', share: 0.625 },
      { name: '(garbage collector)', share: 0.25 },
      { name: '(anonymous) (kafkajs)', share: 0.125 },
    ]);
    expect(modules[0]).toEqual({ name: 'kafkajs', share: 0.75 });
  });

  it('of some files hold what they called', () => {
    const nodes = profile.nodes.map((node) =>
      node.id === 2 ? { ...node, children: [3, 4] } : node,
    );
    expect(shareOf({ ...profile, nodes }, /kafkajs\/a/)).toBeCloseTo(1);
    expect(shareOf(profile, /kafkajs\/a/)).toBeCloseTo(0.625);
    expect(shareOf(profile, /nowhere/)).toBe(0);
  });
});
