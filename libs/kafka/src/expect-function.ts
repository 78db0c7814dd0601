/** What a patch replaces must be there: another release of kafkajs needs other patches. */
export function expectFunction<T>(found: T | undefined): T {
  if (typeof found !== 'function') {
    throw new TypeError('kafkajs is not the release that its patches were written for (2.2.4).');
  }
  return found;
}
