import { Brain } from 'lucide-react';
import { memo } from 'react';
import { Markdown } from '../markdown/markdown.tsx';
import { Disclosure } from './disclosure.tsx';

type Props = {
  text: string;
  isLive: boolean;
};

/** The agent's reasoning, folded: it is there for those who want it. */
export const ThoughtBlock = memo(function ThoughtBlock({ text, isLive }: Props) {
  const firstLine = text.trimStart().split('\n')[0] ?? '';
  return (
    <Disclosure
      className="-mx-3 text-muted"
      summary={
        <>
          <Brain aria-hidden className="size-4 shrink-0" />
          <span className="shrink-0 font-medium">{isLive ? 'Thinking' : 'Thought'}</span>
          <span className="min-w-0 flex-1 truncate text-faint">
            {firstLine.replaceAll(/[*_#`]/g, '').slice(0, 200)}
          </span>
        </>
      }
    >
      <div className="mr-3 mb-1 ml-5 border-l-2 border-border py-1 pl-4">
        <Markdown text={text} className="text-13 text-muted" />
      </div>
    </Disclosure>
  );
});
