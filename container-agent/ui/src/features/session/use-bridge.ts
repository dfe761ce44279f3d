import { protocolVersion } from '@codex-webapp/contracts';
import { themeStore, toast } from '@codex-webapp/ui';
import { useEffect, useState } from 'react';
import type { Bridge } from '../../lib/bridge.ts';
import { isTyping, toShortcut } from '../../lib/shortcuts.ts';

/** Obeys the page around this one and tells it what it needs to know. Returns the page's settings. */
export function useBridge(bridge: Bridge): { readonly enterSends: boolean } {
  const [enterSends, setEnterSends] = useState(true);

  useEffect(() => {
    themeStore.start();
    const stops = [
      bridge.on('THEME', ({ theme }) => themeStore.show(theme)),
      bridge.on('SETTINGS_UPDATE', ({ settings }) => setEnterSends(settings.enterSends)),
      bridge.on('ERROR', ({ error }) =>
        toast({
          tone: 'danger',
          title: 'The page did not understand this session',
          description: error.message,
        }),
      ),
      bridge.on('FOCUS', () => document.querySelector<HTMLElement>('[data-composer]')?.focus()),
    ];
    const handleKeyDown = (event: KeyboardEvent) => {
      const shortcut = toShortcut(event, isTyping(event.target));
      if (shortcut === null || event.defaultPrevented) return;
      event.preventDefault();
      bridge.send({ type: 'SHORTCUT', shortcut });
    };
    window.addEventListener('keydown', handleKeyDown);
    bridge.send({ type: 'READY', protocolVersion });
    return () => {
      for (const stop of stops) stop();
      window.removeEventListener('keydown', handleKeyDown);
    };
  }, [bridge]);

  return { enterSends };
}
