import { certificateEnds } from '../../apps/bridge/src/monitoring/certificate-ends.js';
import { Authority } from '../support/certificates.js';

const NONE = { server: null, client_ca: null, kafka_client: null, kafka_ca: null };
const DAY = 86_400;

test('of several certificates the one that ends first counts', async () => {
  const authority = await Authority.create('ends');
  const [good, ended] = await Promise.all([
    authority.issue({ name: 'good', hosts: ['a'] }),
    authority.issue({ name: 'ended', hosts: ['a'], expired: true }),
  ]);
  const now = Date.now() / 1_000;
  const ends = certificateEnds({
    ...NONE,
    server: good.cert + ended.cert,
    kafka_ca: authority.cert,
  });
  expect(ends.map(({ use }) => use)).toEqual(['server', 'kafka_ca']);
  const days = ends.map(({ notAfterSeconds }) => Math.round((notAfterSeconds - now) / DAY));
  expect(days).toEqual([-1, 1]);
});

test('without certificates nothing ends', () => {
  expect(certificateEnds(NONE)).toEqual([]);
});
