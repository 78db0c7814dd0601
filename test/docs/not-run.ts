import type { Command } from './shell.js';

export interface Rule {
  readonly pattern: RegExp;
  /** Why nobody's test types it, and what shows that it works all the same. */
  readonly why: string;
}

/**
 * What running.test.ts does not run of the README and the operator's pages. Every other command is run, and each rule is in use: a command
 * that harms, or that needs a server, gets its reason here and is not passed over.
 */
export const NOT_RUN: readonly Rule[] = [
  { pattern: /^systemctl /, why: 'a server of its own: test/deploy/server.test.ts' },
  { pattern: /^journalctl /, why: 'the same' },
  { pattern: /^tar -xzf /, why: 'a release: npm run docs:install' },
  { pattern: /install\.sh /, why: 'changes the machine: test/deploy/server.test.ts' },
  { pattern: /^install -m 600 /, why: 'writes below /etc: test/deploy/server.test.ts' },
  { pattern: /> \/etc\/ponte\//, why: 'writes below /etc' },
  {
    pattern: /^docker compose /,
    why: 'needs images: test/deploy/container.test.ts reads the file',
  },
  {
    pattern: /^npm (?:run (?:demo|gameday)|test)(?: |$)/,
    why: 'brokers of their own: test/dev/demo.test.ts, test/dev/gameday.test.ts, and what runs this',
  },
  { pattern: /^npm ci /, why: 'installs packages: npm run setup does it before every test' },
  {
    pattern: /^cp \.env\.example /,
    why: 'writes into the checkout; test/http/documentation.test.ts reads the file',
  },
  {
    pattern: /^node --env-file/,
    why: 'a bridge on the usual port: test/support/bridge-process.ts starts the same file',
  },
  { pattern: /…/, why: 'leaves out what each installation has its own; its options are looked at' },
  {
    pattern: /dead-letter-alerts$/,
    why: 'reads Kafka for ever: test/alerting/dead-letter-process.test.ts',
  },
  {
    pattern: /outbox (?:-- )?(?:reconcile|recover)/,
    why: 'with the bridge stopped: test/operator',
  },
  { pattern: /subject (?:-- )?(?:find|erase)/, why: 'reads a CPF: test/operator/subject.test.ts' },
];

export function ruleFor({ text }: Command): Rule | undefined {
  return NOT_RUN.find(({ pattern }) => pattern.test(text));
}
