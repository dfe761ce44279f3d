/** Moves the focus to the next or previous row of the list, beginning at the open session. */
export function moveInSessionList(direction: 'next' | 'previous'): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-session-row]')];
  const focused = rows.findIndex((row) => row === document.activeElement);
  const open = rows.findIndex((row) => row.ariaCurrent === 'page');
  const from = focused === -1 ? open : focused;
  const step = direction === 'next' ? 1 : -1;
  const to = from === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, from + step));
  rows[to]?.focus();
}
