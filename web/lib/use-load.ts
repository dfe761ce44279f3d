import { useCallback, useEffect, useRef, useState, type Dispatch, type SetStateAction } from 'react';
import { describeError } from './api-error.ts';

export interface Loaded<T> {
  /** Null until it is there. */
  readonly value: T | null;
  /** Why the last attempt failed; stays until one succeeds. */
  readonly error: string | null;
  readonly isLoading: boolean;
  readonly load: () => void;
  /** Takes in what another request said about the same thing. */
  readonly setValue: Dispatch<SetStateAction<T | null>>;
}

/** Loads something when it is first needed, and again on demand. `request` must stay the same between drawings. */
export function useLoad<T>(request: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isLoading, setIsLoading] = useState(true);
  const running = useRef<AbortController | null>(null);

  const start = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const finish = (problem: string | null, answer: T | null) => {
      if (controller.signal.aborted) return;
      setError(problem);
      setIsLoading(false);
      if (problem === null) setValue(() => answer);
    };
    request(controller.signal).then(
      (answer) => finish(null, answer),
      (cause: unknown) => finish(describeError(cause), null),
    );
  }, [request]);

  useEffect(() => {
    start();
    return () => running.current?.abort();
  }, [start]);

  const load = useCallback(() => {
    setIsLoading(true);
    start();
  }, [start]);

  return { value, error, isLoading, load, setValue };
}
