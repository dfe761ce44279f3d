import { Banner, Button } from '@codex-webapp/ui';
import { LinkContext } from '@codex-webapp/ui/conversation';
import type { ConnectionState } from '@codex-webapp/ui/realtime';
import { useContext, useEffect, useId, useRef, useState } from 'react';
import { KeyBar } from './key-bar.tsx';
import { TerminalScreen } from './terminal-screen.ts';

type Props = {
  id: string;
  label: string;
  /** The shell ended well; whoever typed `exit` needs no word about it. */
  onGone: () => void;
  onLeave: () => void;
};

export function TerminalView({ id, label, onGone, onLeave }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const screen = useRef<TerminalScreen>(null);
  const hint = useId();
  const openLink = useContext(LinkContext);
  const [connection, setConnection] = useState<ConnectionState | null>(null);
  const [exitCode, setExitCode] = useState<number | null>(null);
  const handlers = useRef({ onGone, onLeave, openLink });
  useEffect(() => {
    handlers.current = { onGone, onLeave, openLink };
  }, [onGone, onLeave, openLink]);

  useEffect(() => {
    if (element.current === null) return;
    const shown = new TerminalScreen(element.current, {
      id,
      label,
      openLink: (url) => handlers.current.openLink?.(url),
      onLeave: () => handlers.current.onLeave(),
      onState: setConnection,
      onEnded: (code) => {
        if (code === null || code === 0) handlers.current.onGone();
        else setExitCode(code);
      },
    });
    screen.current = shown;
    shown.focus();
    return () => {
      screen.current = null;
      shown.dispose();
    };
  }, [id, label]);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {connection?.showsBanner === true && exitCode === null && (
        <Banner
          tone="warning"
          className="m-2"
          action={
            <Button size="sm" onClick={() => screen.current?.retryNow()}>
              Connect now
            </Button>
          }
        >
          Not connected. The shell goes on, and its screen comes back.
        </Banner>
      )}
      {exitCode !== null && (
        <Banner
          className="m-2"
          action={
            <Button size="sm" onClick={onGone}>
              Close
            </Button>
          }
        >
          The shell ended with {exitCode}.
        </Banner>
      )}
      <div ref={element} aria-describedby={hint} className="min-h-0 flex-1 overflow-hidden px-2 pt-2" />
      <p id={hint} className="sr-only">
        Press Shift+Escape to leave the terminal.
      </p>
      <KeyBar onKey={(data) => screen.current?.type(data)} />
    </div>
  );
}
