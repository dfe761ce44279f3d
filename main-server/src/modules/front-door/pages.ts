import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { plainHeaders } from './answers.ts';

/** The few pages that are neither the app's nor the session UI's. No inline script; the one style is allowed by hash. */
export interface Page {
  readonly status: number;
  readonly title: string;
  /** Each a paragraph; plain text. */
  readonly paragraphs: readonly string[];
  /** Where to go from here. */
  readonly link?: { readonly href: string; readonly text: string };
  /** Path of a script of this origin. */
  readonly script?: string;
  /** Read by the script: `data-<name>` of the document. */
  readonly data?: Readonly<Record<string, string>>;
  /** Who may show it in a frame; nobody when absent. */
  readonly frameAncestors?: string;
}

const style =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0;min-height:100vh;display:grid;' +
  'place-content:center;padding:1.5rem;box-sizing:border-box}main{max-width:34rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0}';
const styleHash = createHash('sha256').update(style).digest('base64');

export function answerPage(response: ServerResponse, page: Page): void {
  const { status, frameAncestors = "'none'", script } = page;
  const bytes = Buffer.from(toHtml(page));
  response
    .writeHead(status, {
      ...plainHeaders,
      'content-type': 'text/html; charset=utf-8',
      'content-length': bytes.length,
      'content-security-policy':
        `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors ${frameAncestors}; base-uri 'none'; ` +
        `form-action 'none'${script === undefined ? '' : "; script-src 'self'; connect-src 'self'"}`,
    })
    .end(bytes);
}

function toHtml({ title, paragraphs, link, script, data = {} }: Page): string {
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escape(value)}"`);
  const texts = paragraphs.map(
    (paragraph, i) => `<p${i === 0 ? ' id="message" role="status"' : ''}>${escape(paragraph)}</p>`,
  );
  const scripts = script === undefined ? '' : `<script src="${escape(script)}" defer></script>`;
  const links =
    link === undefined
      ? ''
      : `<p><a href="${escape(link.href)}" target="_blank" rel="noopener">${escape(link.text)}</a></p>`;
  return (
    `<!doctype html><html lang="en"${attributes.join('')}><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>` +
    `<style>${style}</style>${scripts}</head>` +
    `<body><main><h1>${escape(title)}</h1>${texts.join('')}${links}</main></body></html>`
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
