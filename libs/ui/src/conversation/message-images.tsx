'use client';

import { WorkspaceImage } from './workspace-image.tsx';

/** What the user showed the agent, below the words. */
export function MessageImages({ images }: { images: readonly string[] }) {
  if (images.length === 0) return null;
  return (
    <ul aria-label="Images" className="flex max-w-full flex-wrap justify-end gap-2">
      {images.map((path) => {
        const name = path.split('/').at(-1) ?? path;
        return (
          <li key={path} className="flex max-w-full flex-col items-end gap-0.5">
            <WorkspaceImage
              path={path}
              name={name}
              className="max-h-48 min-h-12 max-w-full min-w-12 rounded-xl border border-border object-contain"
            />
            <span className="max-w-48 truncate text-xs text-faint">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}
