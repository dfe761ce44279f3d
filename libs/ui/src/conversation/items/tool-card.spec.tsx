import { describe, expect, it } from '@jest/globals';
import type { MessageItemOf } from '@codex-webapp/contracts/messages';
import { renderToStaticMarkup } from 'react-dom/server';
import { BlobContext, type BlobSource } from '../blob-source.ts';
import { ToolCard } from './tool-card.tsx';

const fullOutput = { sha256: '0a'.repeat(32), bytes: 3 * 1024 * 1024 };
const tool: MessageItemOf<'tool'> = {
  type: 'tool',
  id: 'c',
  kind: 'execute',
  title: 'seq',
  command: 'seq',
  status: 'completed',
  output: 'the end',
  truncated: true,
  fullOutput,
};
const blobs: BlobSource = { read: () => Promise.resolve(null), save: () => Promise.resolve(false) };

function draw(source: BlobSource | null, item = tool): string {
  return renderToStaticMarkup(
    <BlobContext value={source}>
      <ToolCard tool={item} isAnswer />
    </BlobContext>,
  );
}

describe('ToolCard', () => {
  it('offers the whole of an output that was cut', () => {
    const html = draw(blobs);
    expect(html).toContain('Output cut.');
    expect(html).toContain('Show all');
    expect(html).toContain('Download 3 MB');
  });

  it('says that the beginning is gone where the whole was not kept, or cannot be asked for', () => {
    const { fullOutput: _none, ...cut } = tool;
    for (const html of [draw(null), draw(blobs, cut)]) {
      expect(html).toContain('The beginning of the output was not kept.');
      expect(html).not.toContain('Show all');
    }
  });
});
