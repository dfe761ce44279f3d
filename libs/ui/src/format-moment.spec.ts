import { describe, expect, it } from '@jest/globals';
import { formatMoment } from './format-moment.ts';

describe('formatMoment', () => {
  const now = new Date(2026, 10, 27, 9, 30);

  it('names the time, and the day where it is not today', () => {
    expect(formatMoment(new Date(2026, 10, 27, 14, 0).toISOString(), now)).toBe('14:00');
    expect(formatMoment(new Date(2026, 10, 30, 14, 0).toISOString(), now)).toBe('Mon 30 Nov, 14:00');
  });
});
