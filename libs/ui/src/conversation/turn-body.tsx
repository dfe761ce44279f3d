import type { MessageItem } from '@codex-webapp/contracts/messages';
import { memo } from 'react';
import { CutText } from './items/cut-text.tsx';
import { NoticeLine } from './items/notice-line.tsx';
import { PermissionCard } from './items/permission-card.tsx';
import { PlanCard } from './items/plan-card.tsx';
import { QuestionCard } from './items/question-card.tsx';
import { ThoughtBlock } from './items/thought-block.tsx';
import { ToolCard } from './items/tool-card.tsx';
import { Markdown } from './markdown/markdown.tsx';

type Props = {
  items: readonly MessageItem[];
  agent: string | null;
  isRunning: boolean;
};

/** What an agent said and did in one turn, live or stored. */
export const TurnBody = memo(function TurnBody({ items, agent, isRunning }: Props) {
  const asked = toolCallsAskedFor(items);
  return items.map((item, index) =>
    item.type === 'tool' && asked.has(item.id) ? null : (
      <Item
        key={`${item.type}-${item.id}`}
        item={item}
        isAnswer={agent === 'shell'}
        isLive={isRunning && index === items.length - 1}
      />
    ),
  );
});

/** Nothing runs before the answer, and the question itself shows the command or the change. */
function toolCallsAskedFor(items: readonly MessageItem[]): ReadonlySet<string | undefined> {
  const questions = items.filter((item) => item.type === 'permission' && item.state === 'pending');
  return new Set(
    questions.map((item) =>
      item.type === 'permission' && (item.detail ?? item.diffs) ? item.toolCallId : undefined,
    ),
  );
}

type ItemProps = {
  item: MessageItem;
  isAnswer: boolean;
  isLive: boolean;
};

const Item = memo(function Item({ item, isAnswer, isLive }: ItemProps) {
  switch (item.type) {
    case 'text':
      return (
        <>
          {item.fullText && <CutText whole={item.fullText} />}
          <Markdown text={item.text} />
        </>
      );
    case 'thought':
      return <ThoughtBlock text={item.text} isLive={isLive} />;
    case 'tool':
      return <ToolCard tool={item} isAnswer={isAnswer} />;
    case 'plan':
      return <PlanCard entries={item.entries} />;
    case 'permission':
      return <PermissionCard item={item} />;
    case 'question':
      return <QuestionCard item={item} />;
    case 'notice':
      return <NoticeLine level={item.level} text={item.text} />;
    default:
      return item satisfies never;
  }
});
