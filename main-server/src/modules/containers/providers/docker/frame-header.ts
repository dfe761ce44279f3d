/** Of a frame of the engine's multiplexed stream: [stream, 0, 0, 0, length as 4 bytes], then so much content. */
export const frameHeaderBytes = 8;

export interface FrameHeader {
  /** 1 is the standard output, 2 the standard error. */
  readonly stream: number;
  readonly length: number;
}

/** Of a buffer that holds it from `at` on. */
export function readFrameHeader(bytes: Buffer, at = 0): FrameHeader {
  return { stream: bytes.readUInt8(at), length: bytes.readUInt32BE(at + 4) };
}
