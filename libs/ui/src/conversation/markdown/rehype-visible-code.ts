import type { ExtraProps } from 'react-markdown';
import { toVisibleText } from './visible-text.ts';

type Element = NonNullable<ExtraProps['node']>;
type Child = Element['children'][number];
type Tree = { readonly children: readonly (Child | { readonly type: string })[] };

/** Makes invisible characters of code visible; prose keeps them, since some scripts need them. */
export function rehypeVisibleCode() {
  return (tree: Tree): void => visit(tree, false);
}

function visit(parent: Tree, isInCode: boolean): void {
  for (const child of parent.children) {
    if (isElement(child)) visit(child, isInCode || child.tagName === 'code');
    else if (isInCode && isText(child)) child.value = toVisibleText(child.value);
  }
}

function isElement(node: { readonly type: string }): node is Element {
  return node.type === 'element';
}

function isText(node: { readonly type: string }): node is Extract<Child, { type: 'text' }> {
  return node.type === 'text';
}
