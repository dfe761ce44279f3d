import { describe, expect, it, jest } from '@jest/globals';
import { promptLimits } from '../prompts/index.ts';
import { sessionLimits } from './sessions.requests.ts';
import { titleFromText } from './title-from-text.ts';

describe('titleFromText', () => {
  it('takes the first line, as one line of printable characters', () => {
    expect(titleFromText('\n  Fix\tthe \u0007 build \nand the tests')).toBe('Fix the build');
    expect(titleFromText(`half \ud800 a letter`)).toBe('half a letter');
    expect(titleFromText(' \n\t')).toBeNull();
  });

  it('cuts what is longer than sixty letters, and no letter in two', () => {
    expect(titleFromText('x'.repeat(60))).toBe('x'.repeat(60));
    expect(titleFromText('x'.repeat(61))).toBe(`${'x'.repeat(59)}…`);
    expect(titleFromText('長'.repeat(61))).toBe(`${'長'.repeat(59)}…`);
  });

  it('is never longer than a title may be, however much stands behind one letter', () => {
    const family = '👨‍👩‍👧‍👦';
    const title = titleFromText(family.repeat(60)) ?? '';
    expect(title).toMatch(new RegExp(`^(${family})+…$`, 'u'));
    expect(title.length).toBeLessThanOrEqual(sessionLimits.titleMaxLength);
    expect(title.length).toBeGreaterThan(sessionLimits.titleMaxLength - family.length - 1);
    expect((titleFromText(`e${'\u0301'.repeat(500)}`) ?? '').length).toBeLessThanOrEqual(
      sessionLimits.titleMaxLength,
    );
  });

  it('looks for letters in no more than a title can hold', () => {
    const segment = jest.spyOn(Intl.Segmenter.prototype, 'segment');
    titleFromText('長'.repeat(promptLimits.textMaxLength));
    const lengths = segment.mock.calls.map(([text]) => text.length);
    segment.mockRestore();
    expect(lengths).toEqual([sessionLimits.titleMaxLength + 1]);
  });
});
