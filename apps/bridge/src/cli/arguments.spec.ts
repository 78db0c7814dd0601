import { readArguments, UsageError } from './arguments.js';

describe('the command line', () => {
  it('is read', () => {
    expect(readArguments([])).toEqual({ name: 'help' });
    expect(readArguments(['check', '--help'])).toEqual({ name: 'help' });
    expect(readArguments(['check', '--json'])).toEqual({ name: 'check', json: true });
    expect(readArguments(['backup', '/b/outbox.db'])).toEqual({
      name: 'backup',
      json: false,
      file: '/b/outbox.db',
    });
    expect(readArguments(['recover', '--outbox-id', '0123456789abcdef'])).toEqual({
      name: 'recover',
      json: false,
      outboxId: '0123456789abcdef',
    });
    expect(readArguments(['reconcile'])).toEqual({
      name: 'reconcile',
      json: false,
      apply: false,
      resendMissing: false,
      topics: [],
    });
    expect(
      readArguments(['reconcile', '--apply', '--topic=a', '--topic', 'b', '--resend-missing']),
    ).toMatchObject({ apply: true, resendMissing: true, topics: ['a', 'b'] });
  });

  it.each([
    [['restore'], 'There is no command restore.'],
    [['check', '--apply'], 'check has no option --apply.'],
    [['reconcile', '--outbox-id=0123456789abcdef'], 'reconcile has no option --outbox-id.'],
    [['backup'], 'backup needs the name of the file to be made.'],
    [['backup', 'a', 'b'], 'backup takes no b.'],
    [['check', 'now'], 'check takes no now.'],
    [['reconcile', '--aply'], "Unknown option '--aply'"],
    [['recover', '--outbox-id', 'mine'], 'An outbox id is 16 digits or letters from a to f.'],
  ])('says what is wrong with %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });
});
