import { memo, useMemo } from 'react';
import ReactMarkdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { cn } from '../../cn.ts';
import { isTooCostly, toMarkdownBlocks } from './markdown-blocks.ts';
import { markdownElements } from './markdown-elements.tsx';
import { PlainText } from './plain-text.tsx';
import { rehypeVisibleCode } from './rehype-visible-code.ts';
import { toSafeUrl } from './safe-url.ts';
import { useHighlight } from './use-highlight.ts';

type Props = {
  text: string;
  className?: string;
};

/**
 * What an agent wrote, as markdown. HTML in it stays text, links lead to pages and mails only, images are not loaded.
 * Drawn block by block: of an answer that grows only its last block is parsed again.
 */
export function Markdown({ text, className }: Props) {
  const blocks = useMemo(() => toMarkdownBlocks(text), [text]);
  return (
    <div dir="auto" className={cn('markdown', className)}>
      {blocks.map((block, index) => (
        // Blocks only ever grow at the end, so the place of one is its identity.
        <MarkdownBlock key={index} text={block} />
      ))}
    </div>
  );
}

const remarkPlugins = [remarkGfm];

const MarkdownBlock = memo(function MarkdownBlock({ text }: { text: string }) {
  const isPlain = useMemo(() => isTooCostly(text), [text]);
  const highlight = useHighlight(!isPlain && /^ {0,3}(?:```|~~~)\s*[\w-]/m.test(text));
  if (isPlain) return <PlainText text={text} />;
  return (
    <ReactMarkdown
      remarkPlugins={remarkPlugins}
      rehypePlugins={highlight === null ? [rehypeVisibleCode] : [highlight, rehypeVisibleCode]}
      urlTransform={(url) => toSafeUrl(url)?.href ?? ''}
      components={markdownElements}
    >
      {text}
    </ReactMarkdown>
  );
});
