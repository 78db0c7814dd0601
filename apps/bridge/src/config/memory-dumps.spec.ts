import { dumpCautions } from './memory-dumps.js';

const limits = (soft: string): string =>
  [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max stack size            8388608              unlimited            bytes     ',
    `Max core file size        ${soft.padEnd(21)}unlimited            bytes     `,
    'Max resident set          unlimited            unlimited            bytes     ',
  ].join('\n');
const codes = (...given: Parameters<typeof dumpCautions>): readonly string[] =>
  dumpCautions(...given).map(({ code }) => code);

describe('what may write memory to a file', () => {
  it.each(['unlimited', '1', '1073741824'])('is told of cores of at most %s', (soft) => {
    expect(codes(limits(soft), [])).toEqual(['core_dump_possible']);
  });

  it('is nothing where no core is written, whatever the hard limit, or nothing is known', () => {
    expect(codes(limits('0'), [])).toEqual([]);
    expect(codes(null, [])).toEqual([]);
    expect(codes('', ['--max-old-space-size=512', '--enable-source-maps'])).toEqual([]);
  });

  it.each([
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot_signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=1',
    '--heap-prof',
    '--inspect',
    '--inspect-brk=127.0.0.1:9229',
  ])('is told of %s', (option) => {
    expect(codes(limits('0'), ['--enable-source-maps', option])).toEqual([
      'memory_readable_by_option',
    ]);
  });

  it('is told by the name of the option alone', () => {
    const [told] = dumpCautions(null, ['--inspect=10.0.0.9:1234']);
    expect(told?.words).toMatch(/^Node's option --inspect shows/);
  });
});
