import { useState } from 'react';
import { DirectoryView } from './directory-view.tsx';
import { FileView } from './file-view.tsx';

type Props = {
  /** Changes whenever the files may have: at the end of a turn. */
  revision: number;
};

/** The session's files: one directory at a time, one file at a time. */
export function WorkspacePanel({ revision }: Props) {
  const [path, setPath] = useState('');
  const [openPath, setOpenPath] = useState<string | null>(null);
  if (openPath !== null) return <FileView key={openPath} path={openPath} onClose={() => setOpenPath(null)} />;
  return <DirectoryView path={path} revision={revision} onEnter={setPath} onOpen={setOpenPath} />;
}
