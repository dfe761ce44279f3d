/**
 * The document xterm.js makes its elements with. It writes styles as text, into `<style>` elements and attributes, which
 * the policy of this page refuses as it refuses every style that a text could bring in. Here they go the way that is open
 * to scripts alone: style sheets of the document, and the style objects of elements.
 */
export function documentWithAdoptedStyles(): Document {
  return new Proxy(document, {
    get(target, name) {
      if (name === 'createElement') return createElement;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function createElement(name: string, options?: ElementCreationOptions): HTMLElement {
  if (name === 'style') return createSheetHolder();
  const element = document.createElement(name, options);
  if (name === 'span') element.setAttribute = setAttribute;
  return element;
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else HTMLElement.prototype.setAttribute.call(this, name, value);
}

/** Stands where the `<style>` would, shows nothing, and takes its sheet along when it is removed. */
function createSheetHolder(): HTMLElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  const holder = document.createElement('template');
  Object.defineProperties(holder, {
    textContent: { set: (css: string) => sheet.replaceSync(css) },
    remove: {
      value: () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
        holder.parentNode?.removeChild(holder);
      },
    },
  });
  return holder;
}
