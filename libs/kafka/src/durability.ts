/**
 * What in a topic's settings lets Kafka lose a record that all in-sync replicas have acknowledged. Pure.
 * An unknown setting is no fault: reading settings needs a right that the bridge may not have.
 */
export function durabilityFaults(config: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  const minInSync = Number(config['min.insync.replicas'] ?? Number.NaN);
  if (minInSync < 2) faults.push(`min.insync.replicas is ${minInSync}, one broker is enough`);
  if (config['unclean.leader.election.enable'] === 'true') {
    faults.push('unclean.leader.election.enable is true');
  }
  return faults;
}
