import { defaultSessionTitle, titleFromText } from '@codex-webapp/contracts';
import type { Session } from '../session-state/session.ts';

/** What the first prompt calls a session that nobody has named. Null when the title stays. */
export function titleFromPrompt(
  session: Pick<Session, 'title' | 'isTitleChosen'>,
  text: string,
): string | null {
  return session.isTitleChosen || session.title !== defaultSessionTitle ? null : titleFromText(text);
}
