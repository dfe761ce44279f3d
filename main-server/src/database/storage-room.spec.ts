import path from 'node:path';
import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { StorageRoom } from './storage-room.ts';

describe('StorageRoom', () => {
  it('explains a full disk, and nothing of a disk that cannot even say how full it is', () => {
    const room = new StorageRoom(path.join(tmpdir(), 'no-such-folder', 'chat.db'));
    expect(room.explain({ code: 'SQLITE_IOERR' })).toBeNull();
    expect(room.explain({ code: 'SQLITE_FULL' })).toMatchObject({ code: 'storage.full' });
  });
});
