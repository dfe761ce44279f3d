import type { Terminal } from '@xterm/xterm';

/**
 * What a program may learn is answered in the container, once, however many pages look on. Here nothing is: whatever
 * shows a file could make the page type with an answer. Nor does a program change the page's colours, its title, or the
 * clipboard.
 */
export function silenceAnswers({ parser }: Pick<Terminal, 'parser'>): void {
  for (const prefix of [undefined, '?', '>', '='] as const) {
    for (const final of ['c', 'n', 't', 'q', 'x'] as const) {
      // Without a prefix and an intermediate, `q` lights lamps nobody has.
      parser.registerCsiHandler(prefix === undefined ? { final } : { prefix, final }, () => true);
    }
    parser.registerCsiHandler(
      prefix === undefined ? { intermediates: '$', final: 'p' } : { prefix, intermediates: '$', final: 'p' },
      () => true,
    );
  }
  for (const intermediates of ['$', '+'] as const) {
    parser.registerDcsHandler({ intermediates, final: 'q' }, () => true);
  }
  for (const command of [0, 1, 2, 4, 10, 11, 12, 52, 104, 110, 111, 112]) {
    parser.registerOscHandler(command, () => true);
  }
}
