import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

export class FileTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`It is larger than ${maxBytes} bytes.`);
    this.name = 'FileTooLargeError';
  }
}

const pieceBytes = 256 * 1024;

/**
 * The content of a regular file of the workspace, where anything may stand in its place by now: a FIFO would keep whoever
 * opens it waiting, and a device has no end. @throws FileTooLargeError, and what opening throws
 */
export async function readRegularFile(file: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error('It is no regular file.');
    if (stat.size > maxBytes) throw new FileTooLargeError(maxBytes);
    const pieces: Buffer[] = [];
    // It may grow while it is read, and those of the system do not say how large they are.
    for (let left = maxBytes + 1; left > 0;) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(Math.min(left, pieceBytes)) });
      if (bytesRead === 0) return Buffer.concat(pieces);
      pieces.push(buffer.subarray(0, bytesRead));
      left -= bytesRead;
    }
    throw new FileTooLargeError(maxBytes);
  } finally {
    await handle.close();
  }
}
