/** The relay's part of the instruments: `Meters` in a process, nothing where nobody looks. */
export interface RelayMeter {
  /** Measures a step, whether it succeeds or not. */
  time<T>(step: 'open' | 'append' | 'commit' | 'settle', work: () => Promise<T>): Promise<T>;
  /** Kafka has committed a batch. */
  batchSent(kind: string, records: number, bytes: number): void;
  /** A producer was thrown away after an error. */
  producerRestarted(): void;
}

export const UNMETERED: RelayMeter = {
  time: (_, work) => work(),
  batchSent: () => {},
  producerRestarted: () => {},
};
