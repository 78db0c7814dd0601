/** One thing that is wrong with the configuration. */
export interface ConfigurationFault {
  readonly variable: string;
  /** What would be right; never the value, which may be a secret. */
  readonly reason: string;
}

/** The configuration cannot be used. Holds every fault, so that one restart puts them all right. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly ConfigurationFault[]) {
    super(
      ['The configuration cannot be used:']
        .concat(faults.map(({ variable, reason }) => `  ${variable}: ${reason}`))
        .join('\n'),
    );
  }
}
