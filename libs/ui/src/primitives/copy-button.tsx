'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './icon-button.tsx';

type Props = {
  /** What lands on the clipboard; made when it is wanted, where it is long. */
  text: string | (() => string);
  label?: string;
  size?: 'xs' | 'md';
  className?: string;
};

export function CopyButton({ text, label = 'Copy', size = 'xs', className }: Props) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');

  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 1_600);
    return () => clearTimeout(timer);
  }, [state]);

  const handleClick = async () => {
    const wanted = typeof text === 'string' ? text : text();
    setState((await copyText(wanted)) ? 'copied' : 'failed');
  };

  const labels = { idle: label, copied: 'Copied', failed: 'Could not copy: select the text instead' };
  return (
    <>
      <IconButton label={labels[state]} size={size} className={className} onClick={() => void handleClick()}>
        {state === 'copied' ? <Check aria-hidden className="text-success-ink" /> : <Copy aria-hidden />}
      </IconButton>
      <output className="sr-only">{state === 'idle' ? '' : labels[state]}</output>
    </>
  );
}

/** The asynchronous clipboard needs a permission that an iframe may lack, so the old way is tried second. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Falls through to the selection of a hidden field.
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr-only';
  document.body.append(field);
  field.select();
  const hasCopied = document.execCommand('copy');
  field.remove();
  return hasCopied;
}
