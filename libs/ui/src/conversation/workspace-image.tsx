'use client';

import { Image as ImageIcon } from 'lucide-react';
import { useContext, useEffect, useState } from 'react';
import { cn } from '../cn.ts';
import { WorkspaceContext } from './workspace-source.ts';

type Props = {
  /** Below the workspace. */
  path: string;
  name: string;
  /** Shown instead of what stands in the workspace, where this page has it. */
  file?: Blob | null;
  className?: string;
};

/** An image of the workspace; a sign in its place while the container sleeps, or once the file is gone. */
export function WorkspaceImage({ path, name, file = null, className }: Props) {
  const url = useImageUrl(path, file);
  // oxlint-disable-next-line next/no-img-element -- it comes from this page's memory, and is drawn outside of Next too
  if (url !== null) return <img src={url} alt={name} className={className} />;
  return (
    <span className={cn('inline-flex shrink-0 items-center justify-center bg-surface-active', className)}>
      <ImageIcon aria-hidden className="size-4 text-muted" />
      <span className="sr-only">{name}</span>
    </span>
  );
}

function useImageUrl(path: string, file: Blob | null): string | null {
  const workspace = useContext(WorkspaceContext);
  const [url, setUrl] = useState<string | null>(null);

  useEffect(() => {
    let made: string | null = null;
    let isCurrent = true;
    const load = async (): Promise<void> => {
      // It sleeps, or is gone: the sign stays.
      const image = file ?? (await workspace?.readImage(path).catch(() => null)) ?? null;
      if (image === null || !isCurrent) return;
      made = URL.createObjectURL(image);
      setUrl(made);
    };
    void load();
    return () => {
      isCurrent = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [workspace, path, file]);

  return url;
}
