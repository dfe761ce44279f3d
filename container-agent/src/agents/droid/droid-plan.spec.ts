import { describe, expect, it } from '@jest/globals';
import { parsePlan } from './droid-plan.ts';

describe('parsePlan', () => {
  it('reads the list that droid writes as a text', () => {
    expect(parsePlan('1. [completed] look\n2. [in_progress] write [the] file\n\n3. [pending] test')).toEqual([
      { content: 'look', status: 'completed' },
      { content: 'write [the] file', status: 'in_progress' },
      { content: 'test', status: 'pending' },
    ]);
  });

  it('reads what a model makes of it', () => {
    expect(parsePlan('- [x] look\n* [ ] write\n10) [later] test')).toEqual([
      { content: 'look', status: 'completed' },
      { content: 'write', status: 'pending' },
      { content: 'test', status: 'pending' },
    ]);
  });

  it.each([undefined, 7, '', 'no list', [{ content: 'look' }]])('finds none in %j', (todos) => {
    expect(parsePlan(todos)).toBeNull();
  });
});
