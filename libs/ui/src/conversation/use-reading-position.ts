'use client';

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface ReadingPosition {
  readonly frame: RefObject<HTMLDivElement | null>;
  /** What is scrolled; a list in it holds the rows. */
  readonly content: RefObject<HTMLDivElement | null>;
  /** Whether the newest line is in view, so that the view follows it. */
  readonly isAtEnd: boolean;
  readonly jumpToEnd: () => void;
}

/** A row that is read, and how far below the top of the frame it begins. */
interface Anchor {
  readonly row: Element;
  readonly top: number;
}

/** Nearer than this to the end counts as at the end. */
const endSlackPx = 48;

/**
 * The one owner of the conversation's scroll position. At the end it follows what comes; anywhere else nothing moves
 * what is being read, also not what is put above it or grows there (`firstKey` changes with older messages).
 */
export function useReadingPosition(firstKey: string | undefined): ReadingPosition {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const lastTop = useRef(0);
  const anchor = useRef<Anchor | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);

  const remember = useCallback((element: Element) => {
    const row = firstRowInView(element, content.current?.querySelector(':scope > ol')?.children ?? []);
    anchor.current = row === null ? null : { row, top: topWithin(element, row) };
    lastTop.current = element.scrollTop;
  }, []);

  /** Goes to the end where that is followed, or puts what is read back to where it was. */
  const hold = useCallback(() => {
    const element = frame.current;
    if (element === null) return;
    if (follows.current) element.scrollTop = element.scrollHeight;
    else if (anchor.current?.row.isConnected === true) {
      const { row, top } = anchor.current;
      // Where it would be by what the reader has scrolled since.
      const wanted = top + lastTop.current - element.scrollTop;
      const movedBy = topWithin(element, row) - wanted;
      if (Math.abs(movedBy) >= 1) element.scrollTop += movedBy;
    }
    remember(element);
  }, [remember]);

  const jumpToEnd = useCallback(() => {
    follows.current = true;
    setIsAtEnd(true);
    hold();
  }, [hold]);

  useEffect(() => {
    const element = frame.current;
    const inner = content.current;
    if (element === null || inner === null) return;

    const handleScroll = () => {
      const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
      // Growth below moves nothing; only a reader who goes up stops the following.
      if (element.scrollTop < lastTop.current && distance > endSlackPx) follows.current = false;
      if (distance <= endSlackPx) follows.current = true;
      if (follows.current) remember(element);
      else hold();
      setIsAtEnd(follows.current);
    };
    const observer = new ResizeObserver(hold);
    observer.observe(element);
    observer.observe(inner);
    element.addEventListener('scroll', handleScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', handleScroll);
    };
  }, [hold, remember]);

  // Older messages were put on top: what was read stays where it was, before anything is drawn.
  useLayoutEffect(hold, [firstKey, hold]);

  return { frame, content, isAtEnd, jumpToEnd };
}

function topWithin(frame: Element, row: Element): number {
  return row.getBoundingClientRect().top - frame.getBoundingClientRect().top;
}

/** Rows stand in the order of their places, and there can be hundreds. */
function firstRowInView(frame: Element, rows: ArrayLike<Element>): Element | null {
  const { top } = frame.getBoundingClientRect();
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > top) high = middle;
    else low = middle + 1;
  }
  return rows[low] ?? null;
}
