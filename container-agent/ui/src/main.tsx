import { Toaster } from '@codex-webapp/ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { SessionStart } from './features/session/index.ts';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <SessionStart />
    <Toaster />
  </StrictMode>,
);
