import { Transform, type TransformCallback } from 'node:stream';
import { frameHeaderBytes, readFrameHeader } from './frame-header.ts';

const stdout = 1;

/**
 * The standard output out of the engine's multiplexed stream, byte for byte, whose frames are cut anywhere. What goes to
 * the standard error is handed to `onError`.
 */
export class AttachedOutput extends Transform {
  private header = Buffer.alloc(0);
  private left = 0;
  private isOutput = false;

  constructor(private readonly onError: (chunk: Buffer) => void) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.left === 0 ? this.readHeader(rest) : this.readContent(rest);
    done();
  }

  private readHeader(rest: Buffer): Buffer {
    const missing = frameHeaderBytes - this.header.length;
    this.header = Buffer.concat([this.header, rest.subarray(0, missing)]);
    if (this.header.length === frameHeaderBytes) {
      const { stream, length } = readFrameHeader(this.header);
      this.isOutput = stream === stdout;
      this.left = length;
      this.header = Buffer.alloc(0);
    }
    return rest.subarray(missing);
  }

  private readContent(rest: Buffer): Buffer {
    const content = rest.subarray(0, this.left);
    this.left -= content.length;
    if (this.isOutput) this.push(content);
    else this.onError(content);
    return rest.subarray(content.length);
  }
}
