import { lastWordsHeading } from '@codex-webapp/contracts/containers';

export interface FailureReason {
  readonly reason: string;
  /** The last lines of the log, where the start that failed left them. */
  readonly lastWords: readonly string[];
}

/** A failed start says why, and then what it printed last. */
export function splitReason(text: string | null): FailureReason {
  const [reason = '', ...words] = (text ?? 'It gave no reason.').split(lastWordsHeading);
  return { reason, lastWords: words.flatMap((part) => part.split('\n')) };
}
