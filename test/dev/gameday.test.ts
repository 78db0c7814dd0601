import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { describeWhereNothingIsMissing } from '../support/describe-where.js';
import { whyNoPrometheus } from '../support/prometheus.js';

const PACE = '20';
const LIMIT_MS = 480_000;

const played = describeWhereNothingIsMissing(await whyNoPrometheus());

/** The cells of a table's rows in Markdown, without its head. */
function rowsOf(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

played('a rehearsal of the game day', () => {
  test(
    'each fault is seen by its alert and cured by the runbook, and no record is lost or doubled',
    async () => {
      const program = join(PROJECT_ROOT, 'dist', 'dev', 'gameday', 'gameday.js');
      const gameDay = spawn(process.execPath, [program, '--pace', PACE], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [gameDay.stdout, gameDay.stderr]) {
        stream.on('data', (text: Buffer) => (output += text.toString()));
      }
      const code = await new Promise((resolve) => {
        gameDay.once('close', resolve);
      });

      const rows = rowsOf(output);
      expect(rows.map(([, alert]) => alert)).toEqual([
        'PonteDeadLetters',
        'PonteBridgeDown',
        'PonteKafkaUnreachable',
        'PonteQueueNearlyFull',
        'PonteDiskLow',
        'PonteLaneStopped',
      ]);
      for (const [, alert, fired, time, curedBy, cleared, result] of rows) {
        expect([alert, result]).toEqual([alert, expect.stringMatching(/^well\b/)]);
        for (const seconds of [fired, time, cleared]) expect(seconds).toMatch(/^\d+ s$/);
        expect(curedBy).not.toBe('');
      }
      expect(output).toMatch(/All \d+ records that were accepted are in Kafka exactly once/);
      expect(output).toContain(`divided by ${PACE}`);
      expect(code).toBe(0);
    },
    LIMIT_MS,
  );
});
