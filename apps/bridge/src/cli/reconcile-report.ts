import type { Reconciliation } from '@bridge/outbox';
import { ledgerSentence } from './ledger-words.js';
import type { ReconcileOptions, Reconciled } from './reconciled.js';
import { count, RESULT, some, type Report } from './report.js';
import type { Searched } from './topic-search.js';

/** What was found and what is done about it, in the order in which an operator asks. */
export async function reconcileReport(
  outbox: Reconciliation,
  options: ReconcileOptions,
  deadLetterTopic: string,
  reconciled: Reconciled,
): Promise<Report> {
  const { compared, searched, done } = reconciled;
  const isWell =
    outbox.needsReconcile === null &&
    compared.every(({ verdict, open }) => verdict.found === 'clean' && open === null) &&
    nothingToDo(reconciled);
  return {
    result: done !== null || isWell ? RESULT.well : RESULT.toDo,
    lines: [
      ...(outbox.needsReconcile === null ? [] : [`The outbox ${outbox.needsReconcile}.`]),
      ...compared.map(ledgerSentence),
      ...searched.map(searchedLine),
      ...(await recordLines(outbox, reconciled)),
      ...letterLines(deadLetterTopic, reconciled),
      ...missingLines(options, reconciled),
      ...dissolvedLines(reconciled),
      lastLine(options, reconciled, isWell),
    ],
    json: jsonOf(reconciled),
  };
}

function nothingToDo({ change }: Reconciled): boolean {
  const { sent, published, remembered, sendAgain } = change;
  return sent.length + published.length + remembered.length + sendAgain.length === 0;
}

function searchedLine({ topic, exists, records }: Searched): string {
  return exists
    ? `Topic ${topic}: ${count(records, 'record')} looked at.`
    : `Topic ${topic}: Kafka does not have it.`;
}

async function recordLines(
  outbox: Reconciliation,
  { findings, done }: Reconciled,
): Promise<readonly string[]> {
  const { pending, failed } = await outbox.unsettled();
  const found = [...findings.found.values()];
  const remembered = [...findings.remembered.values()];
  // After the change the found records wait no longer.
  const waiting = pending + failed + (done === null ? 0 : found.length);
  return [
    found.length === 0
      ? `Kafka has none of ${count(waiting, 'waiting record')} and of the dead letters: they stay as they are.`
      : `Of ${count(waiting, 'waiting record')} and the dead letters Kafka has ${found.length}: these become` +
        ' sent, the others stay as they are.',
    ...some(
      found.map(
        ({ messageId, topic, partition, offset }) =>
          `${messageId}: ${topic}, partition ${partition}, offset ${offset}`,
      ),
    ),
    ...(remembered.length === 0
      ? []
      : [
          `Kafka has ${count(remembered.length, 'record')} that the outbox does not know: their ids are` +
            ' remembered, so that a repeat is answered as a duplicate.',
        ]),
    ...some(remembered.map(({ messageId, topic }) => `${messageId}: ${topic}`)),
  ];
}

function letterLines(deadLetterTopic: string, { findings }: Reconciled): readonly string[] {
  const { published, elsewhere, buriedSince } = findings;
  const lines: string[] = [];
  if (published.size > 0) {
    lines.push(
      `${count(published.size, 'dead letter is', 'dead letters are')} in ${deadLetterTopic} already:` +
        ' they become published.',
    );
  }
  if (buriedSince.size > 0) {
    lines.push(
      `${deadLetterTopic} has ${count(buriedSince.size, 'record')} that the outbox does not hold as dead` +
        ' letters: those that wait here are tried again, the others are only there.',
      ...some([...buriedSince]),
    );
  }
  if (elsewhere.size > 0) {
    lines.push(
      `${count(elsewhere.size, 'record is', 'records are')} in another topic than here (a dead letter that was` +
        ' replayed elsewhere). Do not replay them again; discard them:',
      ...some([...elsewhere]),
    );
  }
  return lines;
}

function missingLines(
  { resendMissing }: ReconcileOptions,
  { missing }: Reconciled,
): readonly string[] {
  const { rows, agedOut, compacted } = missing;
  const lines: string[] = [];
  if (rows.length > 0) {
    lines.push(
      `${count(rows.length, 'record')} that the outbox calls sent ${rows.length === 1 ? 'is' : 'are'} not in Kafka` +
        (resendMissing
          ? ': they become pending and are sent again, with the header bridge-replayed.'
          : '. They stay as they are; --resend-missing sends them again.'),
      ...some(rows.map(({ messageId, topic }) => `${messageId}: ${topic}`)),
    );
  }
  if (agedOut > 0) {
    lines.push(
      `${count(agedOut, 'sent record')} stood before the beginning of the log: Kafka's retention removed them.`,
    );
  }
  if (compacted > 0) {
    lines.push(`${count(compacted, 'sent record')} of compacted topics are not there any more.`);
  }
  return lines;
}

function dissolvedLines({ done }: Reconciled): readonly string[] {
  if (done === null || done.dissolved === 0) return [];
  const records = count(done.dissolved, 'waiting record is', 'waiting records are');
  return [
    `${records} sent without the rest of their transactions, which is gone or was sent before.`,
  ];
}

function lastLine(
  { apply, resendMissing, topics }: ReconcileOptions,
  { done }: Reconciled,
  isWell: boolean,
): string {
  if (done !== null)
    return 'Done, in one transaction, and noted in the table audit. Start the bridge.';
  if (isWell && !apply) return 'Nothing is to be put right. Start the bridge.';
  const again = [
    ...(resendMissing ? ['--resend-missing'] : []),
    ...topics.map((topic) => `--topic ${topic}`),
  ];
  return `Nothing was changed. To do it: npm run outbox -- reconcile ${['--apply', ...again].join(' ')}`;
}

function jsonOf({ compared, searched, findings, missing, done }: Reconciled) {
  return {
    applied: done,
    ledger: compared,
    topics: searched.map(({ topic, exists, records }) => ({ topic, exists, records })),
    found: [...findings.found.values()],
    published: [...findings.published.values()],
    remembered: [...findings.remembered.values()].map(
      ({ messageId, topic, partition, offset }) => ({
        messageId,
        topic,
        partition,
        offset,
      }),
    ),
    elsewhere: [...findings.elsewhere],
    buriedSince: [...findings.buriedSince],
    missing: missing.rows.map(({ messageId, topic }) => ({ messageId, topic })),
    agedOut: missing.agedOut,
    compacted: missing.compacted,
  };
}
