import { describe, expect, test } from '@jest/globals';
import { runbookSection } from './runbook.js';

const RUNBOOK = `# Runbook

\`\`\`sh
curl first
\`\`\`

## PonteOne

**What it means.** As [PonteTwo](#pontetwo) and [PonteOne](#ponteone); [errors](errors.md#x).

**What to look at.** The figures:

\`\`\`sh
curl -s 'http://127.0.0.1:8081/a#b'
df -h .
\`\`\`

**What to do.** Start what
is down, \`npm start\`:

\`\`\`sh
# as its user
npm run outbox -- check    # says how it is
npm start
\`\`\`

**It clears** by itself, as [PonteTwo](#pontetwo).

## PonteTwo

**What to do.** Nothing.
`;

describe('the section of an alert', () => {
  test('has its own commands, to look and to do, without comments', () => {
    const { look, commands } = runbookSection(RUNBOOK, 'PonteOne');
    expect(look).toEqual(["curl -s 'http://127.0.0.1:8081/a#b'", 'df -h .']);
    expect(commands).toEqual(['npm run outbox -- check', 'npm start']);
  });

  test('has the words of what to do in one line, and not what follows', () => {
    const { whatToDo } = runbookSection(RUNBOOK, 'PonteOne');
    expect(whatToDo).toMatch(/^Start what is down/);
    expect(whatToDo).not.toContain('by itself');
  });

  test('names each other alert that it leads to once, and not itself', () => {
    expect(runbookSection(RUNBOOK, 'PonteOne').others).toEqual(['PonteTwo']);
  });

  test('may have no command', () => {
    expect(runbookSection(RUNBOOK, 'PonteTwo')).toEqual({
      look: [],
      commands: [],
      whatToDo: 'Nothing.',
      others: [],
    });
  });

  test('that is not there is an error', () => {
    expect(() => runbookSection(RUNBOOK, 'PonteO')).toThrow('PonteO');
  });
});
