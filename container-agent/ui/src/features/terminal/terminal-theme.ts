import type { ITheme } from '@xterm/xterm';

/** The tokens of `terminal.css`, by what xterm.js calls them. */
const tokens = {
  background: '--surface',
  foreground: '--text',
  cursor: '--accent-ink',
  cursorAccent: '--surface',
  selectionBackground: '--terminal-selection',
  black: '--terminal-black',
  red: '--terminal-red',
  green: '--terminal-green',
  yellow: '--terminal-yellow',
  blue: '--terminal-blue',
  magenta: '--terminal-magenta',
  cyan: '--terminal-cyan',
  white: '--terminal-white',
  brightBlack: '--terminal-bright-black',
  brightRed: '--terminal-bright-red',
  brightGreen: '--terminal-bright-green',
  brightYellow: '--terminal-bright-yellow',
  brightBlue: '--terminal-bright-blue',
  brightMagenta: '--terminal-bright-magenta',
  brightCyan: '--terminal-bright-cyan',
  brightWhite: '--terminal-bright-white',
  scrollbarSliderBackground: '--border-strong',
  scrollbarSliderHoverBackground: '--faint',
  scrollbarSliderActiveBackground: '--faint',
} as const satisfies ITheme;

/** The colours of the page as it is now. */
export function readTerminalTheme(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const entries = Object.entries(tokens).map(
    ([name, token]) => [name, toRgb(style.getPropertyValue(token))] as const,
  );
  return Object.fromEntries(entries);
}

/** In the notation xterm.js reads: a pixel of a colour has numbers, whatever it was written in. */
function toRgb(color: string): string {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context || color.trim() === '') return '#808080';
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(2)})`;
}
