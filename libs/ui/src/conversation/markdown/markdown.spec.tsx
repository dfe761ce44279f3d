import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { isTooCostly, toMarkdownBlocks } from './markdown-blocks.ts';
import { Markdown } from './markdown.tsx';
import { toPlainOutput, toVisibleText } from './visible-text.ts';

function draw(text: string): string {
  return renderToStaticMarkup(<Markdown text={text} />);
}

const schemes = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\tscript:alert(1)',
  'java&#10;script:alert(1)',
  '&#106;avascript:alert(1)',
  'javascript&colon;alert(1)',
  '\u0001javascript:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml,<svg onload=alert(1)>',
  'data:text/html;base64,PHNjcmlwdD4=',
  'blob:https://example.com/1',
  'file:///etc/passwd',
  'filesystem:http://x/',
  'view-source:https://example.com',
  'intent://x#Intent;end',
  'ms-word:ofe|u|https://example.com',
  'tel:123',
  'ssh://host',
  '//canary.example/x',
  '/api/session',
  '../secret',
  '#fragment',
  'chrome://settings',
  'about:blank',
  'ws://canary.example',
];

/** Ways to write an address in markdown and HTML. */
const linkForms: ((url: string) => string)[] = [
  (url) => `[x](${url})`,
  (url) => `[x](<${url}>)`,
  (url) => `[x][r]\n\n[r]: ${url}`,
  (url) => `[x][r]\n\n[r]: <${url}>`,
  (url) => `<${url}>`,
  (url) => `![x](${url})`,
  (url) => `![x](<${url}>)`,
  (url) => `![x][r]\n\n[r]: ${url}`,
  (url) => `[![x](${url})](${url})`,
  (url) => `<a href="${url}">x</a>`,
  (url) => `<img src="${url}">`,
  (url) => `<iframe src="${url}"></iframe>`,
  (url) => `<form action="${url}"><button>x</button></form>`,
  (url) => `<svg><a xlink:href="${url}"><text>x</text></a></svg>`,
  (url) => `| a |\n|---|\n| [x](${url}) |`,
  (url) => `- [ ] [x](${url})`,
  (url) => `Text[^1]\n\n[^1]: [x](${url})`,
];

const html = [
  '<script>alert(1)</script>',
  '<script src=https://canary.example/x.js></script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)><circle/></svg>',
  '<svg><script>alert(1)</script></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="data:text/html,x"></object>',
  '<embed src="data:text/html,x">',
  '<link rel=stylesheet href=https://canary.example/x.css>',
  '<style>@import url(https://canary.example/x.css)</style>',
  '<base href="https://canary.example/">',
  '<meta http-equiv=refresh content="0;url=https://canary.example">',
  '<video><source onerror=alert(1)></video>',
  '<audio src=https://canary.example/a autoplay>',
  '<body onload=alert(1)>',
  '<input autofocus onfocus=alert(1)>',
  '<form id=document><input name=cookie></form>',
  '<a id=location href="https://canary.example">x</a>',
  '<div style="background:url(https://canary.example/x)">x</div>',
  '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<!--><script>alert(1)</script>-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<portal src=https://canary.example>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<x onclick=alert(1)>x</x>',
];

const htmlForms: ((code: string) => string)[] = [
  (code) => code,
  (code) => `text ${code} text`,
  (code) => `- ${code}`,
  (code) => `> ${code}`,
  (code) => `# ${code}`,
  (code) => `| a |\n|---|\n| ${code} |`,
  (code) => `[${code}](https://example.com)`,
  (code) => `![${code}](https://example.com/a.png)`,
  (code) => `\`\`\`${code}\n${code}\n\`\`\``,
  (code) => `**${code}**`,
  (code) => `[a](https://example.com "${code}")`,
];

const corpus = [
  ...schemes.flatMap((url) => linkForms.map((form) => form(url))),
  ...html.flatMap((code) => htmlForms.map((form) => form(code))),
];

/** Our own elements and attributes; anything else would be the text's doing. */
const elements = new Set(
  'a blockquote br button code del div em h1 h2 h3 h4 h5 h6 hr input li ol output p path pre rect line circle section span strong sup svg table tbody td th thead tr ul'.split(
    ' ',
  ),
);
const attributes = new Set(
  'aria-describedby aria-hidden aria-label class checked cx cy d data-footnote-backref data-footnote-ref data-footnotes data-slot data-state dir disabled fill height href id r readonly rel role rx ry start stroke stroke-linecap stroke-linejoin stroke-width tabindex target title type viewbox width x x1 x2 xmlns y y1 y2'.split(
    ' ',
  ),
);

/** The tags of a rendering; React escapes `<` in texts and `"` in attributes, so that this reading is exact. */
function tagsOf(markup: string): { name: string; attributes: Map<string, string> }[] {
  return [...markup.matchAll(/<([a-z0-9]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map((match) => ({
    name: (match[1] ?? '').toLowerCase(),
    attributes: new Map(
      [...(match[2] ?? '').matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map((pair) => [
        (pair[1] ?? '').toLowerCase(),
        pair[2] ?? '',
      ]),
    ),
  }));
}

function expectHarmless(text: string): void {
  const markup = draw(text);
  const tags = tagsOf(markup);
  // Every `<` that is not escaped is a tag that was read, so nothing hides from the checks below.
  expect(markup.match(/<[^/]/g)?.length ?? 0).toBe(tags.length);
  for (const { name, attributes: found } of tags) {
    expect(elements).toContain(name);
    for (const attribute of found.keys()) expect(attributes).toContain(attribute);
    const href = found.get('href');
    if (href === undefined) continue;
    expect(href).toMatch(/^(?:https?:\/\/|mailto:)/);
    expect(found.get('rel')).toBe('noopener noreferrer nofollow');
  }
}

describe('Markdown', () => {
  it(`draws nothing dangerous from ${corpus.length} attacks`, () => {
    expect(corpus.length).toBeGreaterThan(500);
    for (const text of corpus) expectHarmless(text);
  });

  it('draws nothing dangerous from random mixtures of them', () => {
    const part = fc.constantFrom(...corpus, '\n', '\n\n', '`', '```', '<', '>', '](', '|', '&#', '"', "'");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => expectHarmless(parts.join(''))),
      { numRuns: 150 },
    );
  });

  it('never loads an image, and says where it is', () => {
    const markup = draw('![a chart](https://canary.example/p.png?d=secret)');
    expect(markup).not.toContain('<img');
    expect(markup).not.toContain('src=');
    expect(markup).toContain('a chart');
    expect(markup).toContain('https://canary.example/p.png?d=secret</a>');
  });

  it('says where a link leads when its words do not', () => {
    expect(draw('[docs](https://example.com/a)')).toContain('(example.com)');
    expect(draw('https://example.com/a')).not.toContain('(example.com)');
  });

  it('keeps mails and refuses paths', () => {
    expect(draw('[write](mailto:a@example.com)')).toContain('href="mailto:a@example.com"');
    expect(draw('[file](src/main.ts)')).not.toContain('<a');
  });

  it('shows invisible characters of code', () => {
    expect(draw('`a\u202Eb`')).toContain('⟨U+202E⟩');
    expect(draw('```\na\u200Bb\n```')).toContain('⟨U+200B⟩');
  });

  it('draws a megabyte in one line, deep quotes and endless tables at once', () => {
    const texts = [
      'x'.repeat(1_048_576),
      '>'.repeat(50_000) + ' deep',
      '> '.repeat(50_000) + 'deep',
      '- '.repeat(20_000) + 'deep',
      `${'|a'.repeat(100)}|\n${'|-'.repeat(100)}|\n${`${'|b'.repeat(100)}|\n`.repeat(1_000)}`,
      '*'.repeat(50_000),
      '['.repeat(50_000),
      '![x]('.repeat(5_000),
      '`'.repeat(20_000),
    ];
    const startedAt = performance.now();
    for (const text of texts) expect(draw(text).length).toBeLessThan(200_000);
    // Generous for a busy machine; parsed, each of them takes many seconds.
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

describe('toMarkdownBlocks', () => {
  it('loses nothing', () => {
    const line = fc.constantFrom(
      '',
      'text',
      '- item',
      '1. one',
      '```ts',
      '```',
      '> quote',
      '| a |',
      '  indented',
      '~~~',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join('\n');
        expect(toMarkdownBlocks(text).join('\n')).toBe(text);
      }),
    );
  });

  it('only changes its last block while the text grows', () => {
    const line = fc.constantFrom('', 'text', '- item', '1. one', '```ts', '```', '> quote');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (lines) => {
        const before = toMarkdownBlocks(lines.slice(0, -1).join('\n'));
        const after = toMarkdownBlocks(lines.join('\n'));
        expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
      }),
    );
  });

  it('keeps a fence, a list and its continuation together', () => {
    expect(toMarkdownBlocks('```\na\n\nb\n```\n\ntext')).toEqual(['```\na\n\nb\n```\n', 'text']);
    expect(toMarkdownBlocks('- a\n\n- b\n\n  more\n\ntext')).toEqual(['- a\n\n- b\n\n  more\n', 'text']);
  });

  it('calls an ordinary block cheap', () => {
    expect(isTooCostly('# Title\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |')).toBe(false);
  });
});

describe('toPlainOutput', () => {
  it('leaves no escape sequence and no control character', () => {
    const part = fc.constantFrom(
      '\u001B[31m',
      '\u001B]52;c;aGk=\u0007',
      '\u001B]8;;https://x\u001B\\',
      '\u001BP1$r\u001B\\',
      '\u009B2J',
      '\u0007',
      'text',
      '\n',
      '\t',
      '\u001B',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        expect(toPlainOutput(parts.join(''))).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/);
      }),
    );
  });

  it('keeps words, line breaks and the last state of a rewritten line', () => {
    expect(toPlainOutput('\u001B[32mok\u001B[0m\r\n 10%\r 50%\r100%\ndone')).toBe('ok\n100%\ndone');
  });
});

describe('toVisibleText', () => {
  it('names what cannot be seen and keeps the rest', () => {
    expect(toVisibleText('if (a\u2066) é 日本 🙂')).toBe('if (a⟨U+2066⟩) é 日本 🙂');
  });
});
