import type { Theme } from '@codex-webapp/contracts/bridge';

export const themePreferences = ['system', 'light', 'dark'] as const;
export type ThemePreference = (typeof themePreferences)[number];

const storageKey = 'theme';
const darkQuery = '(prefers-color-scheme: dark)';

export interface ThemeState {
  readonly preference: ThemePreference;
  /** What is shown: `system` resolved. */
  readonly theme: Theme;
}

const initial: ThemeState = { preference: 'system', theme: 'light' };
let state: ThemeState = initial;
let hasStarted = false;
const listeners = new Set<() => void>();

function readPreference(): ThemePreference {
  try {
    const stored = localStorage.getItem(storageKey);
    return themePreferences.find((preference) => preference === stored) ?? 'system';
  } catch {
    // Storage can be blocked; the system's choice is a good one then.
    return 'system';
  }
}

function apply(preference: ThemePreference): void {
  const isSystemDark = matchMedia(darkQuery).matches;
  const systemTheme = isSystemDark ? 'dark' : 'light';
  const theme = preference === 'system' ? systemTheme : preference;
  document.documentElement.classList.toggle('dark', theme === 'dark');
  if (state.preference === preference && state.theme === theme) return;
  state = { preference, theme };
  for (const listener of listeners) listener();
}

function start(): void {
  if (hasStarted || typeof document === 'undefined') return;
  hasStarted = true;
  apply(readPreference());
  matchMedia(darkQuery).addEventListener('change', () => apply(state.preference));
  window.addEventListener('storage', (event) => {
    if (event.key === storageKey) apply(readPreference());
  });
}

/** The theme of this page: the user's choice, kept in this browser. Puts `.dark` on the root element. */
export const themeStore = {
  start,
  subscribe: (listener: () => void): (() => void) => {
    start();
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): ThemeState => state,
  readOnServer: (): ThemeState => initial,
  choose: (preference: ThemePreference): void => {
    try {
      localStorage.setItem(storageKey, preference);
    } catch {
      // Kept for this page only, where storage is blocked.
    }
    apply(preference);
  },
  /** Shows a theme without keeping it, for a page whose parent decides. */
  show: (theme: Theme): void => {
    start();
    apply(theme);
  },
};

/**
 * Runs before the first paint (as /theme.js of the web app), so that a dark page never flashes white; then follows the
 * system, also on pages without anything that asks for the theme.
 */
export const themeBootstrapScript = `try{var m=matchMedia('${darkQuery}'),f=function(){var t=localStorage.getItem('${storageKey}');document.documentElement.classList.toggle('dark',t==='dark'||(t!=='light'&&m.matches))};f();m.addEventListener('change',f)}catch(e){}`;
