// For the container's HEALTHCHECK: ends with 0 when the bridge answers. It asks no more than that: a container that is
// started again because Kafka is away would help nobody.
import { request as http } from 'node:http';
import { request as https } from 'node:https';

const WITHIN_MS = 4_000;
const { PORT = '8081', TLS_CERT_PATH = '' } = process.env;
const tls = TLS_CERT_PATH !== '';

const end = (code, words) => {
  console.log(words);
  process.exit(code);
};
const asked = (tls ? https : http)({
  host: '127.0.0.1',
  port: PORT === '' ? 8081 : PORT,
  path: '/health/live',
  timeout: WITHIN_MS,
  // It is this container's own port, by an address that no certificate names.
  rejectUnauthorized: false,
});
asked.on('response', ({ statusCode }) => end(statusCode === 200 ? 0 : 1, `${statusCode}`));
asked.on('timeout', () => end(1, `no answer within ${WITHIN_MS} ms`));
// Where the bridge asks for a client's certificate the answer is an alert of TLS, and it lives.
asked.on('error', (error) => end(1, error.message));
asked.end();
