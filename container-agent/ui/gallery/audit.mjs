// Looks for what a reader cannot read or reach in every state: node gallery/audit.mjs <url of the vite server>
import { chromium } from '@playwright/test';

const [url = 'http://localhost:3600'] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const problems = new Map();
for (const device of [
  { viewport: { width: 1280, height: 900 } },
  { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true },
]) {
  const page = await browser.newPage({ ...device, reducedMotion: 'reduce' });
  await page.goto(`${url}/gallery.html?state=none`);
  const states = (await page.textContent('body')).replace('States: ', '').trim().split(', ');
  for (const state of states) {
    for (const theme of ['light', 'dark']) {
      await page.goto(`${url}/gallery.html?state=${state}&theme=${theme}`);
      await page.waitForSelector('[data-composer]');
      if (state.startsWith('file')) {
        await page
          .locator('button:visible', { hasText: 'Files' })
          .or(page.getByLabel('Show files'))
          .first()
          .click();
        await page.getByText('token.ts').waitFor();
        if (state === 'file') await page.getByText('token.ts').click();
      }
      await page.waitForTimeout(250);
      for (const found of await page.evaluate(audit, device.isMobile === true)) {
        const where = `${state} ${theme} ${device.viewport.width}`;
        problems.set(found, [...(problems.get(found) ?? []), where]);
      }
    }
  }
  await page.close();
}
await browser.close();
for (const [problem, places] of problems) {
  process.stdout.write(`${problem}\n    ${places.length} times, e.g. ${places[0]}\n`);
}
process.stdout.write(`${problems.size} problems\n`);
process.exitCode = problems.size === 0 ? 0 : 1;

/** Runs in the page. */
function audit(isPhone) {
  const found = new Set();
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const toRgb = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3]));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    const layers = [];
    for (let at = element; at !== null; at = at.parentElement) {
      const layer = toRgb(getComputedStyle(at).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const nameOf = (element) =>
    `${element.tagName.toLowerCase()} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}”`;
  const isHidden = (element) =>
    !element.checkVisibility({ visibilityProperty: true }) || element.closest('.sr-only') !== null;

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (
      walker.currentNode.data.trim() === '' ||
      isHidden(element) ||
      element.closest(':disabled,[aria-disabled=true]')
    )
      continue;
    const style = getComputedStyle(element);
    const background = backgroundOf(element);
    let opacity = 1;
    for (let at = element; at !== null; at = at.parentElement)
      opacity *= Number(getComputedStyle(at).opacity);
    const ink = toRgb(style.color);
    const text = over([ink[0], ink[1], ink[2], ink[3] * opacity], background);
    const [a, b] = [luminance(text), luminance(background)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      found.add(`contrast ${ratio.toFixed(2)}: ${nameOf(element)} (${element.className})`);
  }
  for (const field of document.querySelectorAll('textarea, input')) {
    const { color } = getComputedStyle(field, '::placeholder');
    const background = backgroundOf(field);
    const [a, b] = [luminance(over(toRgb(color), background)), luminance(background)].sort((x, y) => y - x);
    if (field.placeholder && !field.disabled && (a + 0.05) / (b + 0.05) < 4.5)
      found.add(`contrast of placeholder ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
    if (!field.labels?.length && !field.getAttribute('aria-label'))
      found.add(`no label: ${field.outerHTML.slice(0, 80)}`);
    if (
      isPhone &&
      !isHidden(field) &&
      field.type !== 'radio' &&
      field.type !== 'checkbox' &&
      Number.parseFloat(getComputedStyle(field).fontSize) < 16
    )
      found.add(`smaller than 16 px: ${nameOf(field)}`);
  }
  for (const control of document.querySelectorAll('button, a, [role=button], [tabindex="0"]')) {
    if (isHidden(control)) continue;
    const name = control.getAttribute('aria-label') ?? control.textContent.trim();
    if (name === '') found.add(`no name: ${control.outerHTML.slice(0, 80)}`);
    const box = control.getBoundingClientRect();
    if (isPhone && control.tagName === 'BUTTON' && box.height < 36)
      found.add(`small target ${box.width | 0}×${box.height | 0}: ${nameOf(control)}`);
  }
  for (const region of document.querySelectorAll('[role=region], [role=log], section, nav, aside, form')) {
    if (!region.getAttribute('aria-label') && !region.getAttribute('aria-labelledby'))
      found.add(`no label: ${region.outerHTML.slice(0, 60)}`);
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.add(`id twice: ${id}`);
  if (document.querySelectorAll('main').length !== 1) found.add('not one main');
  return [...found];
}
