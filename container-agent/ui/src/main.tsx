import { Toaster, themeStore } from '@codex-webapp/ui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { findStart, SessionStart } from './features/session/index.ts';
import './styles.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// While the page is being drawn.
const start = findStart();

// Before the first paint, as far as this page knows its theme; the page around it says the rest.
themeStore.start();

createRoot(root).render(
  <StrictMode>
    <SessionStart start={start} />
    <Toaster />
  </StrictMode>,
);
