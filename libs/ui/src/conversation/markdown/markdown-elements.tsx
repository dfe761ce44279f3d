import { ImageOff } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import type { Components } from 'react-markdown';
import { cn } from '../../cn.ts';
import { CodeBlock } from './code-block.tsx';
import { ExternalLink } from './external-link.tsx';
import { toSafeUrl } from './safe-url.ts';

/** How markdown's elements are drawn. Nothing here loads anything from anywhere. */
export const markdownElements: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <RemoteImage src={typeof src === 'string' ? src : undefined} alt={alt} />,
  pre: ({ node, children }) => <CodeBlock node={node}>{children}</CodeBlock>,
  table: ({ children }) => (
    // A wide table scrolls by itself; the page never does.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the keyboard
    <section aria-label="Table" tabIndex={0} className="table-frame">
      <table>{children}</table>
    </section>
  ),
  th: ({ style, children }) => <th className={alignment(style)}>{children}</th>,
  td: ({ style, children }) => <td className={alignment(style)}>{children}</td>,
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked ?? false}
      disabled
      readOnly
      aria-label={checked ? 'Done' : 'To do'}
    />
  ),
};

/** As a class, since a style attribute would need a CSP exception where the page is rendered on the server. */
function alignment(style: ComponentProps<'td'>['style']): string | undefined {
  const side = style?.textAlign;
  return cn(side === 'right' && 'text-right', side === 'center' && 'text-center') || undefined;
}

function Link({ href, children }: { href: string | undefined; children: ReactNode }) {
  const url = toSafeUrl(href);
  if (url === null) return <span className="dead-link">{children}</span>;
  const words = typeof children === 'string' ? children : '';
  return (
    <ExternalLink url={url} saysHost={words.includes(url.host)}>
      {children}
    </ExternalLink>
  );
}

/** Loading it would tell its host that, when and by whom the answer is read. */
function RemoteImage({ src, alt }: { src: string | undefined; alt: string | undefined }) {
  const url = toSafeUrl(src);
  return (
    <span className="image-placeholder">
      <ImageOff aria-hidden className="size-3.5 shrink-0" />
      <span>{alt === undefined || alt === '' ? 'Image' : alt}</span>
      {url === null ? (
        <span className="text-faint">not shown</span>
      ) : (
        <ExternalLink url={url} saysHost>
          {url.href}
        </ExternalLink>
      )}
    </span>
  );
}
