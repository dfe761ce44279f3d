import type { ReactNode } from 'react';
import type { ExtraProps } from 'react-markdown';
import { CopyButton } from '../../primitives/copy-button.tsx';

type Props = {
  node: ExtraProps['node'];
  children: ReactNode;
};

export function CodeBlock({ node, children }: Props) {
  const code = node?.children[0];
  const language = code?.type === 'element' ? languageOf(code.properties.className) : '';
  return (
    <div className="code-block">
      <div className="code-block-head">
        <span>{language === '' ? 'text' : language}</span>
        <CopyButton text={textOf(code)} label="Copy code" />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the keyboard */}
      <pre tabIndex={0}>{children}</pre>
    </div>
  );
}

function languageOf(classNames: unknown): string {
  if (!Array.isArray(classNames)) return '';
  const found = classNames.find((name) => typeof name === 'string' && name.startsWith('language-'));
  return typeof found === 'string' ? found.slice('language-'.length) : '';
}

type Node = NonNullable<ExtraProps['node']>['children'][number];

function textOf(node: Node | undefined): string {
  if (node === undefined) return '';
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOf).join('') : '';
}
