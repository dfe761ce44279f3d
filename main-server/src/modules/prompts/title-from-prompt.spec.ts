import { describe, expect, it } from '@jest/globals';
import { titleFromPrompt } from './title-from-prompt.ts';

const unnamed = { title: 'New session', isTitleChosen: false };

describe('titleFromPrompt', () => {
  it('takes the first line, in one line of words', () => {
    expect(titleFromPrompt(unnamed, '\n  Fix   the\tlogin \nand more')).toBe('Fix the login');
  });

  it('cuts a long one without cutting a letter', () => {
    const title = titleFromPrompt(unnamed, '🙂'.repeat(200));
    expect(title).toBe(`${'🙂'.repeat(59)}…`);
  });

  it('leaves a title that the user chose, or that is there already', () => {
    expect(titleFromPrompt({ title: 'New session', isTitleChosen: true }, 'hello')).toBeNull();
    expect(titleFromPrompt({ title: 'Other', isTitleChosen: false }, 'hello')).toBeNull();
  });

  it('leaves the title where the prompt has no words', () => {
    expect(titleFromPrompt(unnamed, ' \n ')).toBeNull();
  });
});
