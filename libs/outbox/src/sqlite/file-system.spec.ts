import { networkFileSystem } from './file-system.js';

describe('the file system of the outbox', () => {
  it('is named when it is a network file system, signed or not', () => {
    expect(networkFileSystem(0x6969)).toBe('NFS');
    expect(networkFileSystem(0xff534d42)).toBe('CIFS');
    expect(networkFileSystem(0xff534d42 | 0)).toBe('CIFS');
    expect(networkFileSystem(0xfe534d42)).toBe('SMB2');
    expect(networkFileSystem(0x517b)).toBe('SMB');
  });

  it('is taken when it is local', () => {
    const local = { ext4: 0xef53, xfs: 0x58465342, btrfs: 0x9123683e, tmpfs: 0x01021994 };
    expect(Object.values(local).map(networkFileSystem)).toEqual([null, null, null, null]);
  });
});
