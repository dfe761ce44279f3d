'use client';

import { useContext, type MouseEvent, type ReactNode } from 'react';
import { LinkContext } from './link-context.ts';

type Props = {
  url: URL;
  /** Whether the words of the link are the address itself, so that the host need not be said again. */
  saysHost: boolean;
  children: ReactNode;
};

/** A link out of an agent's text: it says where it leads, and the page it opens learns nothing of this one. */
export function ExternalLink({ url, saysHost, children }: Props) {
  const openLink = useContext(LinkContext);

  const handleClick = (event: MouseEvent) => {
    if (openLink === null || url.protocol === 'mailto:') return;
    event.preventDefault();
    openLink(url.href);
  };

  return (
    <>
      <a
        href={url.href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        title={url.href}
        onClick={handleClick}
      >
        {children}
      </a>
      {!saysHost && url.host !== '' && <span className="ml-1 text-11 text-faint">({url.host})</span>}
    </>
  );
}
