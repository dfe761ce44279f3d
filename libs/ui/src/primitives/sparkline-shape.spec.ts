import { describe, expect, it } from '@jest/globals';
import { heightOf, sparklineShape, type SparklineFrame } from './sparkline-shape.ts';

const frame: SparklineFrame = { width: 100, height: 50, from: 0, to: 100, max: 10, gapMs: 30 };

describe('sparklineShape', () => {
  it('goes through all points, and fills what is below', () => {
    const points = [
      { at: 0, value: 0 },
      { at: 20, value: 5 },
      { at: 40, value: 10 },
    ];
    expect(sparklineShape(points, frame)).toEqual({
      line: 'M0 50L20 25L40 0',
      area: 'M0 50L20 25L40 0L40 50L0 50Z',
    });
  });

  it('leaves a gap where nothing was measured for long, or not this', () => {
    const points = [
      { at: 0, value: 5 },
      { at: 20, value: 5 },
      { at: 60, value: 5 },
      { at: 70, value: null },
      { at: 80, value: 5 },
      { at: 90, value: 5 },
    ];
    expect(sparklineShape(points, frame).line).toBe('M0 25L20 25M60 25h.01M80 25L90 25');
  });

  it('stays inside its frame', () => {
    const points = [
      { at: -10, value: -1 },
      { at: 10, value: 40 },
    ];
    expect(sparklineShape(points, frame).line).toBe('M0 50L10 0');
  });

  it('is nothing without points', () => {
    expect(sparklineShape([], frame)).toEqual({ line: '', area: '' });
  });
});

describe('heightOf', () => {
  it('is at the bottom of a frame without a height of its own', () => {
    expect(heightOf(3, { height: 50, max: 0 })).toBe(50);
  });
});
