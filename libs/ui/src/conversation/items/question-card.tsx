'use client';

import type { Question } from '@codex-webapp/contracts/agents';
import type { MessageItemOf } from '@codex-webapp/contracts/messages';
import { CircleHelp, History } from 'lucide-react';
import { useId, useState } from 'react';
import { cn } from '../../cn.ts';
import { Button } from '../../primitives/button.tsx';
import { Input } from '../../primitives/input.tsx';
import { useConversation } from '../conversation-context.tsx';
import { KeptAnswerNote } from './kept-answer-note.tsx';
import { NoticeLine } from './notice-line.tsx';
import { toRequestState } from './request-state.ts';

type Props = {
  item: MessageItemOf<'question'>;
};

/** What the reader chose for one question: one of the options, or words of their own. */
type Choice =
  { readonly kind: 'option'; readonly label: string } | { readonly kind: 'other'; readonly text: string };

export function QuestionCard({ item }: Props) {
  const { conversation, actions } = useConversation();
  const request = conversation.requests[item.id];
  const state = toRequestState(request, item.state);
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<string | null>(null);

  if (state !== 'pending' && state !== 'late') {
    const answers =
      request?.answer !== undefined && request.answer !== null && 'answers' in request.answer
        ? request.answer.answers
        : {};
    return (
      <div className="flex flex-col gap-2">
        <AnsweredQuestion questions={item.questions} answers={answers} isExpired={state !== 'answered'} />
        <KeptAnswerNote request={request} />
      </div>
    );
  }
  const isLate = state === 'late';

  const answers = Object.fromEntries(Object.entries(choices).map(([id, choice]) => [id, [wordsOf(choice)]]));
  const isComplete = item.questions.every(({ questionId }) => (answers[questionId]?.[0] ?? '') !== '');

  const handleSend = async () => {
    setIsSending(true);
    setError(null);
    try {
      await actions.answer(item.id, { answers });
    } catch (cause) {
      setIsSending(false);
      setError(cause instanceof Error ? cause.message : 'The answer did not arrive. Try again.');
    }
  };

  return (
    <form
      aria-label="The agent asks"
      aria-live={isLate ? 'polite' : 'assertive'}
      onSubmit={(event) => {
        event.preventDefault();
        void handleSend();
      }}
      className={cn(
        'overflow-hidden rounded-lg border bg-surface-raised shadow-raised',
        isLate ? 'border-border-strong' : 'border-warning',
      )}
    >
      <p
        className={cn(
          'flex items-center gap-2.5 px-3 py-2 text-xs font-medium',
          isLate ? 'bg-surface-sunken text-muted' : 'bg-warning-soft text-warning-ink',
        )}
      >
        {isLate ? <History aria-hidden className="size-4" /> : <CircleHelp aria-hidden className="size-4" />}
        {isLate && 'The agent stopped before you answered. '}
        {item.questions.length === 1 ? 'The agent asks' : `The agent asks ${item.questions.length} things`}
      </p>
      {item.questions.map((question) => (
        <QuestionField
          key={question.questionId}
          question={question}
          choice={choices[question.questionId]}
          onChange={(choice) => setChoices({ ...choices, [question.questionId]: choice })}
        />
      ))}
      <div className="flex items-center gap-3 border-t border-border px-3 py-2.5">
        <Button
          type="submit"
          variant={isLate ? 'secondary' : 'primary'}
          isBusy={isSending}
          disabled={!isComplete}
          className="max-sm:min-h-11 max-sm:flex-1"
        >
          Answer
        </Button>
        {error !== null && <NoticeLine level="error" text={error} />}
      </div>
    </form>
  );
}

type FieldProps = {
  question: Question;
  choice: Choice | undefined;
  onChange: (choice: Choice) => void;
};

function QuestionField({ question, choice, onChange }: FieldProps) {
  const name = useId();
  const hasOther = question.allowsOther || question.options.length === 0;
  return (
    <fieldset className="border-t border-border px-3 py-2.5 first-of-type:border-t-0">
      <legend className="float-left mb-1.5 w-full text-13 font-medium text-text [overflow-wrap:anywhere]">
        {question.header !== undefined && (
          <span className="block text-xs font-normal text-muted">{question.header}</span>
        )}
        {question.question}
      </legend>
      <div className="clear-left flex flex-col gap-1">
        {question.options.map((option) => (
          <label
            key={option.label}
            className="flex cursor-pointer items-start gap-2.5 rounded-md px-2 py-1.5 text-13 hover:bg-surface-hover has-checked:bg-accent-soft pointer-coarse:min-h-11"
          >
            <input
              type="radio"
              name={name}
              className="mt-1 accent-accent"
              checked={choice?.kind === 'option' && choice.label === option.label}
              onChange={() => onChange({ kind: 'option', label: option.label })}
            />
            <span className="min-w-0">
              <span className="block text-text">{option.label}</span>
              {option.description !== undefined && (
                <span className="block text-xs text-muted">{option.description}</span>
              )}
            </span>
          </label>
        ))}
        {hasOther && (
          <Input
            aria-label={question.options.length === 0 ? question.question : 'Another answer'}
            placeholder={question.options.length === 0 ? 'Your answer' : 'Another answer…'}
            value={choice?.kind === 'other' ? choice.text : ''}
            onChange={(event) => onChange({ kind: 'other', text: event.target.value })}
          />
        )}
      </div>
    </fieldset>
  );
}

type AnsweredProps = {
  questions: readonly Question[];
  answers: Readonly<Record<string, readonly string[]>>;
  isExpired: boolean;
};

function AnsweredQuestion({ questions, answers, isExpired }: AnsweredProps) {
  return (
    <dl className="rounded-lg border border-border px-3 py-2 text-13">
      {questions.map(({ questionId, question }) => (
        <div key={questionId} className="py-0.5">
          <dt className="text-muted">{question}</dt>
          <dd className="font-medium text-text [overflow-wrap:anywhere]">
            {answers[questionId]?.join(', ') ?? (isExpired ? 'Not answered' : 'Answered')}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function wordsOf(choice: Choice): string {
  return choice.kind === 'option' ? choice.label : choice.text.trim();
}
