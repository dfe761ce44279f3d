/**
 * xterm.js writes styles as text, into `<style>` elements and attributes, which the policy of this page refuses as it
 * refuses every style that a text could bring in. Here they go the way that is open to scripts alone: style sheets of the
 * document, and the style objects of elements. Call `open` of the terminal in it, where it makes its `<style>` elements.
 */
export function withAdoptedStyles(open: () => void): void {
  // Cells with a colour of their own get it later, in an attribute of their span.
  HTMLSpanElement.prototype.setAttribute = setAttribute;
  document.createElement = createElement;
  try {
    open();
  } finally {
    // What is of the prototype shows again.
    Reflect.deleteProperty(document, 'createElement');
  }
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else HTMLElement.prototype.setAttribute.call(this, name, value);
}

function createElement(name: string, options?: ElementCreationOptions): HTMLElement {
  if (name === 'style') return createSheetHolder();
  return Document.prototype.createElement.call(document, name, options);
}

/** Stands where the `<style>` would, shows nothing, and takes its sheet along when it is removed. */
function createSheetHolder(): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  const holder = Document.prototype.createElement.call(document, 'template');
  Object.defineProperties(holder, {
    textContent: {
      set: (css: string) => {
        sheet.replaceSync(css);
      },
    },
    remove: {
      value: () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
        holder.parentNode?.removeChild(holder);
      },
    },
  });
  return holder;
}
