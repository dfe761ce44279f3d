import { attachmentLimits, attachmentPathSchema } from '@codex-webapp/contracts/prompts';
import { describe, expect, it } from '@jest/globals';
import { composePrompt, fromPath, toAttachment, toSafeName } from './attachment.ts';

describe('an attachment', () => {
  it.each([
    ['shot.png', 'shot.png'],
    ['a/b\\c\n.png', 'a_b_c_.png'],
    ['..', 'file'],
    ['  ', 'file'],
    ['Bildschirmfoto ü.png', 'Bildschirmfoto ü.png'],
  ])('called %j is %s in the workspace', (given, name) => expect(toSafeName(given)).toBe(name));

  it('keeps its ending where its name is cut', () => {
    const name = toSafeName(`${'x'.repeat(500)}.png`);
    expect(name).toHaveLength(attachmentLimits.nameMaxLength);
    expect(name.endsWith('x.png')).toBe(true);
  });

  it('has a path that the server takes', () => {
    const { path, isImage, state } = toAttachment(new File(['a'], '../../etc/passwd', { type: 'image/png' }));
    expect(attachmentPathSchema.safeParse(path).success).toBe(true);
    expect({ isImage, state }).toEqual({ isImage: true, state: 'waiting' });
  });

  it('is refused when it is too large', () => {
    const large = new File([new Uint8Array(attachmentLimits.fileMaxBytes + 1)], 'large.bin');
    expect(toAttachment(large)).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('larger'),
    });
  });
});

describe('a prompt with attachments', () => {
  const image = fromPath('.attachments/a/shot.png');
  const file = { ...fromPath('.attachments/b/data.csv'), isImage: false };

  it('takes images along and names other files', () => {
    expect(composePrompt(' What is this? ', [image, file], true)).toEqual({
      text: 'What is this?\n\nAttached file: @.attachments/b/data.csv',
      images: ['.attachments/a/shot.png'],
    });
  });

  it('names images too where the agent does not see any', () => {
    expect(composePrompt('Look', [image], false)).toEqual({
      text: 'Look\n\nAttached file: @.attachments/a/shot.png',
      images: [],
    });
  });

  it('says something where the user said nothing', () => {
    expect(composePrompt('', [image], true).text).toBe('Look at what is attached.');
    expect(composePrompt('', [file], true).text).toBe('Attached file: @.attachments/b/data.csv');
  });
});
