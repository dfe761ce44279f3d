'use client';

import { Button, Dialog } from '@codex-webapp/ui';
import { ExternalLink } from '@codex-webapp/ui/icons';
import { useState } from 'react';

type Props = {
  /** Already known to be http or https; null when there is nothing to ask. */
  url: string | null;
  onClose: () => void;
};

/** A link that an agent wrote opens only after the user has seen where it leads. */
export function OpenLinkDialog({ url, onClose }: Props) {
  // It stays while the dialog goes: a link that loses its address in its own click leads nowhere.
  const [shown, setShown] = useState(url);
  if (url !== null && url !== shown) setShown(url);
  const host = shown !== null && URL.canParse(shown) ? new URL(shown).host : '';
  return (
    <Dialog
      isOpen={url !== null}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={`Open ${host}?`}
      description="This link comes from the session. It opens in a new tab."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button asChild variant="primary">
            <a href={shown ?? undefined} target="_blank" rel="noopener noreferrer nofollow" onClick={onClose}>
              <ExternalLink aria-hidden /> Open link
            </a>
          </Button>
        </>
      }
    >
      <p className="max-h-40 overflow-y-auto rounded-md bg-surface-sunken px-3 py-2 font-mono text-xs break-all text-text">
        {shown}
      </p>
    </Dialog>
  );
}
