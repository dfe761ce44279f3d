import { Transform, type TransformCallback } from 'node:stream';

const headerBytes = 8;
const stdout = 1;

/**
 * The standard output out of the engine's multiplexed stream, byte for byte: each frame is [stream, 0, 0, 0, length as 4
 * bytes] and its content, and frames are cut anywhere. What goes to the standard error is handed to `onError`.
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
    const missing = headerBytes - this.header.length;
    this.header = Buffer.concat([this.header, rest.subarray(0, missing)]);
    if (this.header.length === headerBytes) {
      this.isOutput = this.header[0] === stdout;
      this.left = this.header.readUInt32BE(4);
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
