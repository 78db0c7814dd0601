/** Everything that is measured in closed loops. */
export type Subject =
  | 'kafkajs-single'
  | 'kafkajs-batches'
  | 'kafkajs-transactions'
  | 'delivered-exactly-once'
  | 'delivered-at-least-once'
  | 'bare-echo'
  | 'bare-commit'
  | 'accepted-exactly-once'
  | 'accepted-at-least-once'
  | 'kafkajs-lists'
  | 'kafkajs-synced'
  | 'lists-delivered'
  | 'lists-delivered-at-least-once'
  | 'lists-accepted';

/** Each after what it is compared with. */
export const SUBJECTS: readonly Subject[] = [
  'kafkajs-single',
  'kafkajs-batches',
  'kafkajs-transactions',
  'bare-echo',
  'bare-commit',
  'delivered-exactly-once',
  'delivered-at-least-once',
  'accepted-exactly-once',
  'accepted-at-least-once',
];

/** A list in each POST, each kind after single POSTs by as many clients. */
export const LIST_SUBJECTS: readonly Subject[] = [
  'delivered-exactly-once',
  'lists-delivered',
  'accepted-exactly-once',
  'lists-accepted',
];
/** Lists keep the bridge busy with few clients. */
export const LIST_CLIENTS = 8;
export const RECORDS_PER_LIST = 100;
/** What the bare loop sends at a time where lists and backlogs are compared with it. */
export const RECORDS_PER_LOOP = 500;

export interface Cell {
  readonly subject: Subject;
  readonly clients: number;
}

export interface Size {
  readonly clients: readonly number[];
  readonly rounds: number;
  /** For each subject once, before the first cell: a cluster that has just started is slow for a while. */
  readonly firstWarmUpMs: number;
  /** Before each cell. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly backlog: number;
}

export const FULL: Size = {
  clients: [1, 32, 128, 512],
  rounds: 4,
  firstWarmUpMs: 2_000,
  warmUpMs: 600,
  measureMs: 1_700,
  backlog: 20_000,
};

export const QUICK: Size = {
  clients: [32],
  rounds: 1,
  firstWarmUpMs: 200,
  warmUpMs: 100,
  measureMs: 400,
  backlog: 2_000,
};

/**
 * The order in which the cells are run. What is compared runs side by side, and every other round goes the
 * other way round, so that a machine that grows slower (or busier) does not favour whoever comes first.
 */
export function plan({ clients, rounds }: Pick<Size, 'clients' | 'rounds'>): Cell[] {
  const round = [
    ...clients.flatMap((count) => SUBJECTS.map((subject): Cell => ({ subject, clients: count }))),
    ...LIST_SUBJECTS.map((subject): Cell => ({ subject, clients: LIST_CLIENTS })),
  ];
  return Array.from({ length: rounds }, (_, number) =>
    number % 2 === 0 ? round : round.toReversed(),
  ).flat();
}
