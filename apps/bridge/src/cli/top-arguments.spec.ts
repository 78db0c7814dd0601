import { UsageError } from './arguments.js';
import { readTopArguments } from './top-arguments.js';

const DEFAULTS = { name: 'top', url: null, keyFile: null, once: false, everyMs: 2_000 };

test.each<[string[], object]>([
  [[], DEFAULTS],
  [['--once'], { ...DEFAULTS, once: true }],
  [
    ['https://erp:8081', '--every', '10'],
    { ...DEFAULTS, url: 'https://erp:8081', everyMs: 10_000 },
  ],
  [['--key-file', 'key'], { ...DEFAULTS, keyFile: 'key' }],
  [['--help'], { name: 'help' }],
])('%j', (args, command) => expect(readTopArguments(args)).toEqual(command));

test.each<string[][]>([
  [['nonsense']],
  [['file:///etc/passwd']],
  [['http://a', 'http://b']],
  [['--every', '0']],
  [['--every', 'x']],
  [['--loud']],
])('%j is refused', (args) => expect(() => readTopArguments(args)).toThrow(UsageError));
