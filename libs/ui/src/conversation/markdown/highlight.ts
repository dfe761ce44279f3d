import rehypeHighlight from 'rehype-highlight';

/** Loaded when the first code block with a language is drawn: the grammars are larger than the rest of the page. */
export const highlight = rehypeHighlight;
