const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** `14:00`, and with its day on any other than today. In the reader's time zone. */
export function formatMoment(at: string, now: Date = new Date()): string {
  const moment = new Date(at);
  return (moment.toDateString() === now.toDateString() ? time : dayAndTime).format(moment);
}
