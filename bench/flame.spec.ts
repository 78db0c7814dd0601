import { flame } from './flame.js';

const node = (id: number, functionName: string, children: number[] = [], url = '/p/a.js') => {
  return { id, callFrame: { functionName, url }, children };
};

/** A quarter of the time in `outer` itself, the rest in what it calls; as much again idle. */
const profile = {
  nodes: [
    node(1, '(root)', [2, 3], ''),
    node(2, '(idle)', [], ''),
    node(3, 'outer', [4]),
    node(4, 'in<ner', [], '/srv/dist/apps/bridge/src/relay/pipeline.js'),
  ],
  samples: [2, 3, 4],
  timeDeltas: [400, 100, 300],
};

const boxes = (svg: string) =>
  [...svg.matchAll(/<title>([^<]*)<\/title><rect x="([^"]*)" y="([^"]*)" width="([^"]*)"/g)].map(
    ([, title = '', x, y, width]) => ({ title, x, y, width }),
  );

describe('the flame graph', () => {
  it('has a box for each function below its caller, as wide as its share of the busy time', () => {
    expect(boxes(flame(profile, 'x'))).toEqual([
      { title: 'main thread, busy (Node) 100.0 %', x: '0', y: '16', width: '1200' },
      { title: 'outer (/p/a.js) 100.0 %', x: '0', y: '32', width: '1200' },
      { title: 'in&lt;ner (Ponte apps/bridge/relay) 75.0 %', x: '0', y: '48', width: '900' },
    ]);
  });

  it('leaves out what is too narrow to be seen', () => {
    const narrow = { ...profile, timeDeltas: [400, 100_000, 1] };
    expect(boxes(flame(narrow, 'x')).map(({ title }) => title.split(' ')[0])).toEqual([
      'main',
      'outer',
    ]);
  });

  it('of a thread that did nothing is empty', () => {
    expect(boxes(flame({ ...profile, timeDeltas: [400, 0, 0] }, 'x'))).toEqual([]);
  });
});
