import fastify from 'fastify';
import { serveJobs } from './job-server.js';

/** What the bridge answers to a record that is durable and not delivered yet, so that both write as much. */
const ANSWER = {
  success: true,
  message_id: 'bench-1234-000000001',
  offsets: [{ offset: '-1', partition: 0, error_code: null, error: null }],
  acks: 'all',
  confirmed: false,
  status: 'pending',
  duration_ms: 0,
};

/**
 * The upper bound for accepting over HTTP: Fastify, which the bridge uses too, reads the body's bytes and writes
 * them nowhere. Its one job is to listen on a port.
 */
serveJobs<null>(async ({ port }: { readonly port: number }) => {
  const server = fastify();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.post('/topics/:topic', (_request, reply) => reply.code(202).send(ANSWER));
  await server.listen({ host: '127.0.0.1', port });
  return null;
});
