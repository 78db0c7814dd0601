import fastify from 'fastify';
import { serveJobs } from './job-server.js';

/**
 * The upper bound for HTTP: an ordinary Fastify, which the bridge uses too, parses the JSON as it does by itself
 * and answers with it. It keeps nothing. Its one job is to listen on a port.
 */
serveJobs<null>(async ({ port }: { readonly port: number }) => {
  const server = fastify();
  server.post('/topics/:topic', (request) => request.body);
  await server.listen({ host: '127.0.0.1', port });
  return null;
});
