import { clsx, type ClassValue } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

/** Our own sizes have to be named, or `text-13` would count as a colour and drop the real one. */
const merge = extendTailwindMerge({
  extend: { theme: { text: ['11', '13', '15'], shadow: ['raised', 'overlay'], animate: ['enter', 'rise'] } },
});

/** Joins class names; of two that set the same property the later one wins. */
export function cn(...inputs: ClassValue[]): string {
  return merge(clsx(inputs));
}
