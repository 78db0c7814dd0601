import type { Fault } from '../fault.js';
import type { OldCopy } from '../old-copy.js';

/** The process is gone as after a crash of its machine. What its disk holds at that moment is kept for a later fault. */
export function bridgeKilled(copy: OldCopy): Fault {
  return {
    name: 'The bridge is killed (kill -9)',
    alert: 'PonteBridgeDown',
    sees: 0,
    shows: /Failed to connect|Could ?n.t connect/,
    inject: async (setup) => {
      await setup.bridge.kill();
      await copy.take(setup);
    },
  };
}
