import type { Fault } from '../fault.js';
import type { OldCopy } from '../old-copy.js';
import { drained } from '../setup.js';

/** Somebody puts an old copy of the outbox back: Kafka has batches that this database does not know. */
export function olderOutbox(copy: OldCopy): Fault {
  return {
    name: 'An old copy of the outbox is put back',
    alert: 'PonteLaneStopped',
    // A start and the look at the ledger.
    sees: 5,
    shows: /LEDGER_AHEAD|RECONCILE_NEEDED/,
    behind: {
      words: 'let the ERP post again what was accepted since the copy',
      perform: async ({ erp }) => {
        const unknown = await erp.handAgainAfter(copy.records);
        // All of it had been delivered before the copy was put back.
        if (unknown.length > 0) throw new Error(`not known as delivered: ${unknown.join(', ')}`);
      },
    },
    inject: async (setup) => {
      const { bridge, erp } = setup;
      // What waited only in the newer files would be gone with them: nothing waits, so that nothing may be lost.
      await erp.pause();
      await drained(setup);
      await bridge.terminate();
      await copy.putBack(setup);
      await bridge.start();
      erp.start();
    },
  };
}
