import { openOutbox } from '@bridge/outbox';
import { invoice } from './records.js';

// Accepts records for ever with eight callers at once and prints the message id of each that is durable.
const store = await openOutbox({ url: process.argv[2] ?? '', ballastBytes: 0 });
let next = 0;

async function caller(): Promise<never> {
  for (;;) {
    next += 1;
    const messageId = `nf-${next}`;
    await store.accept([invoice(messageId)]);
    process.stdout.write(`${messageId}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, caller));
