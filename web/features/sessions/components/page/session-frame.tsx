'use client';

import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { toast, useTheme } from '@codex-webapp/ui';
import { useEffect, useState } from 'react';
import { usePreferences } from '../../../settings/index.ts';
import { useShortcuts } from '../../shortcuts-context.tsx';
import { useSessionFrame, type SpokenMessage } from '../../hooks/use-session-frame.ts';
import { FrameCover } from './frame-cover.tsx';
import { OpenLinkDialog } from './open-link-dialog.tsx';

type Props = {
  session: SessionResponse;
  container: ContainerResponse | null;
  onReady: () => void;
  onTitleSuggested: (title: string) => void;
};

/** The session's own UI, on its own origin, in a frame that may do nothing to this page. */
export function SessionFrame({ session, container, onReady, onTitleSuggested }: Props) {
  const { theme } = useTheme();
  const { enterSends } = usePreferences();
  const runShortcut = useShortcuts();
  const [link, setLink] = useState<string | null>(null);

  const handleMessage = (message: SpokenMessage) => {
    switch (message.type) {
      case 'ERROR':
        return toast({ tone: 'danger', title: message.error.message });
      case 'TITLE_SUGGEST':
        return onTitleSuggested(message.title);
      case 'OPEN_LINK':
        return setLink(message.url);
      case 'SHORTCUT':
        return runShortcut(message.shortcut);
      default:
        return assertNever(message);
    }
  };

  const { frameRef, url, phase, error, retry, send } = useSessionFrame({
    session,
    onMessage: handleMessage,
    onReady: () => {
      onReady();
      send({ type: 'THEME', theme });
      send({ type: 'SETTINGS_UPDATE', settings: { enterSends } });
      // Only where the user is not busy elsewhere on this page.
      if (document.activeElement === document.body) send({ type: 'FOCUS' });
    },
  });

  useEffect(() => send({ type: 'THEME', theme }), [send, theme]);
  useEffect(() => send({ type: 'SETTINGS_UPDATE', settings: { enterSends } }), [send, enterSends]);

  return (
    <div className="relative min-h-0 flex-1">
      {url !== null && (
        <iframe
          key={url}
          ref={frameRef}
          src={url}
          title={`Session ${session.title}`}
          // oxlint-disable-next-line react/iframe-missing-sandbox -- allow-same-origin is safe because the session's origin is not ours
          sandbox="allow-scripts allow-same-origin allow-forms allow-downloads"
          allow="camera 'none'; microphone 'none'; geolocation 'none'; clipboard-read 'none'"
          referrerPolicy="no-referrer"
          className="absolute inset-0 size-full border-0 bg-surface"
        />
      )}
      {phase !== 'ready' && <FrameCover phase={phase} error={error} container={container} onRetry={retry} />}
      <OpenLinkDialog url={link} onClose={() => setLink(null)} />
    </div>
  );
}

function assertNever(message: never): never {
  throw new Error(`Unknown message ${JSON.stringify(message)}`);
}
