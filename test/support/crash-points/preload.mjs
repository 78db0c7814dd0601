// `node --import …/preload.mjs` in front of the built bridge: kills its own process, with -9, at the n-th time that
// it comes to the point named in CRASH_AT ("K5:3"). The bridge knows nothing of it: its classes and its Kafka client
// are watched from outside. The points are those of crash-points.ts.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { SqlOutboxStore } from '../../../dist/libs/outbox/src/sql-outbox.store.js';
import { SqliteWriter } from '../../../dist/libs/outbox/src/sqlite/sqlite-writer.js';

const require = createRequire(import.meta.url);
const KafkaBroker = require('kafkajs/src/broker');

const END_TXN = 26;
const [wanted, count] = (process.env.CRASH_AT ?? '').split(':');
let left = Number(count);
/** Batches that this process has opened and not settled yet. */
let inFlight = 0;
/** Whether an earlier process has left a batch open, and it is not settled yet. */
let recovering = false;

function at(point) {
  if (point !== wanted || --left > 0) return;
  writeSync(2, `crash point ${point}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** Runs `before` and `after` around a method of the class. */
function around(type, method, { before = () => {}, after = () => {} }) {
  const original = type.prototype[method];
  if (typeof original !== 'function') throw new Error(`There is no ${method} to watch.`);
  type.prototype[method] = async function watched(...args) {
    before(...args);
    const result = await original.apply(this, args);
    after(result, ...args);
    return result;
  };
}

// ── accept ──────────────────────────────────────────────────────────────────────────────────────────
let accepting = false;
around(SqliteWriter, 'begin', { before: () => (accepting = false) });
around(SqliteWriter, 'add', { after: () => (accepting = true) });
around(SqliteWriter, 'commit', {
  before: () => accepting && at('K0'),
  after: () => accepting && at('K1'),
});
// One statement, which commits by itself.
around(SqliteWriter, 'atOnce', {
  before: ({ staged }) => staged.length > 0 && at('K0'),
  after: (committed, { staged }) => committed !== null && staged.length > 0 && at('K1'),
});

// ── a batch ─────────────────────────────────────────────────────────────────────────────────────────
around(SqlOutboxStore, 'openBatch', {
  after: () => {
    inFlight++;
    at('K2');
  },
});
around(KafkaBroker, 'txnOffsetCommit', { after: () => inFlight > 0 && at('K3') });
around(KafkaBroker, 'produce', { after: () => inFlight > 0 && at('K4') });
around(KafkaBroker, 'endTxn', {
  before: () => inFlight > 0 && at('K5'),
  after: () => {
    if (inFlight > 0) at('K7');
    else if (recovering) at('K8');
  },
});
const write = Reflect.get(net.Socket.prototype, 'write');
net.Socket.prototype.write = function watched(bytes, ...rest) {
  const result = write.call(this, bytes, ...rest);
  const isEndTxn = Buffer.isBuffer(bytes) && bytes.length > 6 && bytes.readInt16BE(4) === END_TXN;
  if (isEndTxn && inFlight > 0) at('K6');
  return result;
};

// ── recovery ────────────────────────────────────────────────────────────────────────────────────────
around(SqlOutboxStore, 'pipelines', {
  after: (pipelines) => {
    recovering = pipelines.some(({ openBatch }) => openBatch !== null);
    if (recovering) at('K8');
  },
});
around(KafkaBroker, 'initProducerId', { after: () => recovering && at('K8') });
around(KafkaBroker, 'offsetFetch', { after: () => recovering && at('K8') });
for (const method of ['closeBatch', 'abandonBatch']) {
  around(SqlOutboxStore, method, {
    before: () => recovering && at('K8'),
    after: () => {
      if (recovering) at('K8');
      recovering = false;
      inFlight = Math.max(0, inFlight - 1);
    },
  });
}
