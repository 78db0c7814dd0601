import { open, post, readAnswer } from './wire.js';
import { withBridge } from './with-bridge.js';

const STREAM = '/v3/clusters/memory/topics/orders/records';
const TYPE = { 'content-type': 'application/vnd.kafka.json.v2+json' };

/** Reads the chunked answer of a stream to its end. */
function streamAnswer(socket: Awaited<ReturnType<typeof open>>): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!text.endsWith('\r\n0\r\n\r\n')) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
  });
}

test('the request after a stream that was no JSON has its answer on the same connection', async () => {
  await withBridge({}, async ({ port }) => {
    const socket = await open(port);
    const text = 'none';
    const whole = post(STREAM, text).toString('latin1');
    const ended = streamAnswer(socket);
    // The head first: as most clients send it, and so that the body is not whole when its beginning is read.
    socket.write(whole.slice(0, -text.length));
    socket.write(text);
    expect(await ended).toContain('"error_code":400');
    const answer = readAnswer(socket);
    // Longer than the connection of a client that goes on sending is left open.
    socket.write(
      post('/topics/orders', '{"records":[{"value":1}]}', { ...TYPE, prefer: 'wait=1' }),
    );
    expect((await answer).status).toBe(202);
    socket.destroy();
  });
});
