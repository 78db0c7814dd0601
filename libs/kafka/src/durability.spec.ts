import { durabilityFaults } from './durability.js';

describe('durabilityFaults', () => {
  it('finds nothing wrong with two in-sync replicas and clean elections', () => {
    const config = { 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'false' };
    expect(durabilityFaults(config)).toEqual([]);
  });

  it('names one in-sync replica and unclean elections', () => {
    const config = { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' };
    expect(durabilityFaults(config)).toEqual([
      expect.stringContaining('min.insync.replicas is 1'),
      expect.stringContaining('unclean.leader.election.enable'),
    ]);
  });

  it('says nothing of settings that it could not read', () => {
    expect(durabilityFaults({})).toEqual([]);
  });
});
