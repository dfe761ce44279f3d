import { defaultSessionTitle } from '@codex-webapp/contracts';
import type { Session } from '../session-state/session.ts';

/** Characters; a title is read in a narrow list. */
const titleLength = 60;

/** What the first prompt calls a session that nobody has named: its first line. Null when the title stays. */
export function titleFromPrompt(
  session: Pick<Session, 'title' | 'isTitleChosen'>,
  text: string,
): string | null {
  if (session.isTitleChosen || session.title !== defaultSessionTitle) return null;
  const line = text.trim().split('\n', 1)[0]?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (line === '') return null;
  // By what a reader takes for one letter, so that no emoji is cut in two.
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  return letters.length <= titleLength ? line : `${letters.slice(0, titleLength - 1).join('')}…`;
}
