import { describe, expect, it } from '@jest/globals';
import { areControlFrames } from './control-frames.ts';

const ping = Buffer.from([0x89, 0]);
const maskedPong = Buffer.from([0x8a, 0x82, 1, 2, 3, 4, 5, 6]);
const close = Buffer.from([0x88, 2, 3, 0xe8]);
const dot = Buffer.from([0x82, 1, 0x2e]);
const maskedKey = Buffer.from([0x81, 0x81, 1, 2, 3, 4, 5]);

describe('areControlFrames', () => {
  it.each([
    ['a ping', [ping]],
    ['an answer of a page', [maskedPong]],
    ['several at once', [maskedPong, ping, close]],
  ])('is true of %s', (_what, frames) => {
    expect(areControlFrames(Buffer.concat(frames))).toBe(true);
  });

  it.each([
    ['one byte of output', [dot]],
    ['one key', [maskedKey]],
    ['output behind a ping', [maskedPong, ping, dot]],
  ])('is false of %s', (_what, frames) => {
    expect(areControlFrames(Buffer.concat(frames))).toBe(false);
  });
});
