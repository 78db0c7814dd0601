import type { ConsumedRecord } from '../consumer.js';
import { books, notDrained } from './checks/books.js';
import { otherBytes } from './checks/bytes.js';
import { counters } from './checks/counters.js';
import { outOfOrder } from './checks/order.js';
import { otherPlace } from './checks/places.js';
import { lost, phantom, twice, unknownTwice } from './checks/presence.js';
import { readersDiffer } from './checks/readers.js';
import { resources } from './checks/resources.js';
import { caseOf, type Case, type Evidence } from './evidence.js';
import type { Posted } from './posted.js';

/** The checks in the order C1 to C12. */
const CHECKS = {
  lost,
  twice,
  phantom,
  unknownTwice,
  outOfOrder,
  otherBytes,
  otherPlace,
  books,
  notDrained,
  readersDiffer,
  counters,
  resources,
} as const satisfies Readonly<Record<string, (run: Case) => string[]>>;

export type CheckName = keyof typeof CHECKS;

/** Every way in which a run can differ from what was promised: message ids, or ids with a reason. Empty is right. */
export type Findings = Readonly<Record<CheckName, readonly string[]>>;

const NAMES = Object.keys(CHECKS) as CheckName[];

export const NOTHING_WRONG: Findings = findings(() => []);

/** Runs all checks. */
export function judge(evidence: Evidence): Findings {
  const run = caseOf(evidence);
  return findings((name) => CHECKS[name](run));
}

/** The checks of records alone (C1 to C7): what was posted and answered against what a consumer reads. */
export function check(posted: readonly Posted[], records: readonly ConsumedRecord[]): Findings {
  return judge({ ...NOT_GATHERED, posted, records });
}

export const NOT_GATHERED: Evidence = {
  posted: [],
  records: [],
  deadLetters: [],
  during: null,
  java: null,
  views: null,
  books: null,
  drain: null,
  counters: null,
  resources: null,
  partitionsChanged: false,
};

function findings(find: (name: CheckName) => string[]): Findings {
  return Object.fromEntries(NAMES.map((name) => [name, find(name)])) as unknown as Findings;
}
