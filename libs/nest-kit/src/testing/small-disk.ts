import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A disk of a few megabytes, which a test can fill. */
export class SmallDisk implements Disposable {
  private constructor(readonly folder: string) {}

  /**
   * Null where this user may not mount one, which is said.
   * @throws where all suites must run
   */
  static mount(megabytes: number): SmallDisk | null {
    const folder = mkdtempSync(path.join(tmpdir(), 'small-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'small-disk', folder], {
        stdio: 'ignore',
      });
      return new SmallDisk(folder);
    } catch (error) {
      rmSync(folder, { recursive: true });
      if (process.env['REQUIRE_ALL_SUITES'] === '1')
        throw new Error('A full disk needs the right to mount one.', { cause: error });
      process.stderr.write('!! The tests of a full disk were NOT run: this user cannot mount one.\n');
      return null;
    }
  }

  /** Takes all that is left. Call the answer to give it back. */
  fill(): () => void {
    const file = path.join(this.folder, 'filler');
    const handle = openSync(file, 'w');
    try {
      for (let size = 1024 * 1024; size >= 512;) {
        try {
          writeSync(handle, Buffer.alloc(size, 1));
        } catch {
          size /= 2; // Less than that is left.
        }
      }
    } finally {
      closeSync(handle);
    }
    return () => rmSync(file);
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}
