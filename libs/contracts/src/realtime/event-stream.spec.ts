import { describe, expect, it } from '@jest/globals';
import { parseEventId, toEventId } from './event-stream.ts';

describe('event ids', () => {
  it('come back as the cursor they were made of', () => {
    const cursor = { epoch: 'a1b2.0', position: 12 };
    expect(toEventId(cursor)).toBe('a1b2.0:12');
    expect(parseEventId(toEventId(cursor))).toEqual(cursor);
  });

  it.each([
    '',
    '12',
    'a1b2.0',
    'a1b2.0:',
    ':12',
    'a1b2.0:-1',
    'a1b2.0:1.5',
    'a1b2.0:012',
    'a1b2.0:99999999999999999',
    'a1b2.0:9999999999999999',
    'a b:1',
    `${'x'.repeat(65)}:1`,
    'a1b2.0:12 ',
  ])('are not %j', (id) => {
    expect(parseEventId(id)).toBeNull();
  });
});
