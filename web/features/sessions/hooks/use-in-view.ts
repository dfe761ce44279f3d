import { useEffect, useRef, type RefObject } from 'react';

/** Calls `onInView` when the element comes near what is visible of the list. */
export function useInView(onInView: () => void): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement | null>(null);
  const latest = useRef(onInView);

  useEffect(() => {
    latest.current = onInView;
  });

  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) latest.current();
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);

  return element;
}
