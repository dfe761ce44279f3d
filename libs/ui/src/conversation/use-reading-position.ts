'use client';

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface ReadingPosition {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  /** Whether the newest line is in view, so that the view follows it. */
  readonly isAtEnd: boolean;
  readonly jumpToEnd: () => void;
}

/** Nearer than this to the end counts as at the end. */
const endSlackPx = 48;

/**
 * The one owner of the conversation's scroll position. At the end it follows what comes; anywhere else nothing moves
 * what is being read, also not older messages that are put above it (`firstKey` changes then).
 */
export function useReadingPosition(firstKey: string | undefined): ReadingPosition {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const fromEnd = useRef(0);
  const [isAtEnd, setIsAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    const element = frame.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, []);

  const jumpToEnd = useCallback(() => {
    follows.current = true;
    setIsAtEnd(true);
    toEnd();
  }, [toEnd]);

  useEffect(() => {
    const element = frame.current;
    const inner = content.current;
    if (element === null || inner === null) return;

    const handleScroll = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      // Growth below moves nothing; only a reader who goes up stops the following.
      if (element.scrollTop < lastTop.current && distance > endSlackPx) follows.current = false;
      if (distance <= endSlackPx) follows.current = true;
      lastTop.current = element.scrollTop;
      fromEnd.current = element.scrollHeight - element.scrollTop;
      setIsAtEnd(follows.current);
    };
    const observer = new ResizeObserver(() => {
      if (follows.current) toEnd();
      fromEnd.current = element.scrollHeight - element.scrollTop;
    });
    observer.observe(element);
    observer.observe(inner);
    element.addEventListener('scroll', handleScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', handleScroll);
    };
  }, [toEnd]);

  // Older messages were put on top: what was read stays where it was.
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null || firstKey === undefined) return;
    if (follows.current) element.scrollTop = element.scrollHeight;
    else element.scrollTop = element.scrollHeight - fromEnd.current;
    fromEnd.current = element.scrollHeight - element.scrollTop;
    lastTop.current = element.scrollTop;
  }, [firstKey]);

  return { frame, content, isAtEnd, jumpToEnd };
}
