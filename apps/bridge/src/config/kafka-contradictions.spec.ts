import { kafkaContradictions } from './kafka-contradictions.js';
import { Variables } from './variables.js';

test.each([
  ['gzip', false],
  ['zstd', true],
])('compression that the machine does not have is refused: %s', (COMPRESSION, isRefused) => {
  const variables = Object.assign(new Variables(), { COMPRESSION });
  const found = kafkaContradictions(variables, (compression) => compression === 'gzip');
  expect(found.find(([variable]) => variable === 'COMPRESSION')?.[1]).toBe(isRefused);
});
