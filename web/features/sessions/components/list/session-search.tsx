'use client';

import { sessionLimits } from '@codex-webapp/contracts/sessions';
import { IconButton, Input, Kbd } from '@codex-webapp/ui';
import { Search, X } from '@codex-webapp/ui/icons';
import type { KeyboardEvent, RefObject } from 'react';
import { useSearchText } from '../../hooks/use-search-text.ts';

type Props = {
  inputRef: RefObject<HTMLInputElement | null>;
};

export function SessionSearch({ inputRef }: Props) {
  const { text, setText } = useSearchText();

  const handleKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (text === '') event.currentTarget.blur();
    else setText('');
  };

  return (
    <search className="relative block">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
      />
      <Input
        ref={inputRef}
        type="search"
        aria-label="Search sessions and messages"
        placeholder="Search"
        value={text}
        maxLength={sessionLimits.searchMaxLength}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKeyDown}
        autoComplete="off"
        spellCheck={false}
        className="pr-14 pl-8.5 [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="absolute inset-y-0 right-1.5 flex items-center">
        {text === '' ? (
          <Kbd aria-hidden className="pointer-coarse:hidden">
            Ctrl K
          </Kbd>
        ) : (
          <IconButton label="Clear search" size="xs" onClick={() => setText('')}>
            <X aria-hidden />
          </IconButton>
        )}
      </span>
    </search>
  );
}
