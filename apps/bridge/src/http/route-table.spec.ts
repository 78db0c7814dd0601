import { RouteTable } from './route-table.js';

const table = new RouteTable();
table.add('/topics', ['GET', 'HEAD']);
table.add('/topics/:topic', ['POST']);
table.add('/topics/:topic', ['GET']);
table.add('/admin/dead-letters/:message_id/replay', ['POST']);

test.each([
  ['/topics', ['GET', 'HEAD']],
  ['/topics/nf', ['GET', 'POST']],
  ['/admin/dead-letters/a/replay', ['POST']],
  ['/%74opics/nf', ['GET', 'POST']],
  ['/topics/a%2Fb?x=1', ['GET', 'POST']],
  ['http://bridge:8081/topics', ['GET', 'HEAD']],
  ['/topics%2Fnf', []],
  ['/topics/%zz', []],
  ['/topics/', []],
  ['/topics/a/b', []],
  ['/TOPICS/a', []],
  ['//topics', []],
  ['/', []],
])('%s can be asked with %j', (path, methods) => {
  expect(table.methodsOf(path)).toEqual(methods);
});
