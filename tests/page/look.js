// SPDX-License-Identifier: ISC
// look.js MODULES < PAGES: opens pages in Chromium and judges what it shows; see run.
'use strict';
const fs = require('fs');
const path = require('path');
const modules = path.resolve(process.argv[2], 'node_modules');
const puppeteer = require(path.join(modules, 'puppeteer-core'));
const axe = fs.readFileSync(path.join(modules, 'axe-core', 'axe.min.js'), 'utf8');

const WIDTHS = [1280, 980, 400];
const SCHEMES = ['light', 'dark'];
const SIZE_MAX = 2000000;
const SHOWN_MS = 1000;
let faults = 0;

function fault(where, text) {
  faults += 1;
  console.log(`FAIL ${where}: ${text}`);
}

// All numbers of a value, however deep.
function numbersOf(value, out = new Set()) {
  if (typeof value === 'number') out.add(String(value));
  else if (value && typeof value === 'object') Object.values(value).forEach((item) => numbersOf(item, out));
  return out;
}

// In the page: what is wider than the window, or shown beyond its edge.
function findWide() {
  const wide = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) wide.push('the page');
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (element.closest('.w thead') && width < 960) continue; // for screen readers alone
    if (box.width > 0 && (box.right > width + 1 || box.left < -1 ||
        (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)))
      wide.push(`${element.tagName} ${element.className}: ${element.textContent.slice(0, 60)}`);
  }
  return wide.slice(0, 5);
}

async function judgeNumbers(where, page, sums) {
  const text = (await page.evaluate(() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    return texts.join(' ');
  })).replace(/(\d),(?=\d{3})/g, '$1');
  const there = new Set(text.match(/\d+/g));
  const missing = [...numbersOf(sums)].filter((number) => !there.has(number));
  if (missing.length > 0) fault(where, `not on the page: ${missing.slice(0, 10).join(', ')}`);
}

async function judgeAccess(where, page) {
  await page.evaluate(axe); // not through the page: its policy forbids scripts
  const found = await page.evaluate(() => axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations', 'incomplete'],
  }));
  for (const rule of found.violations)
    fault(where, `${rule.id}: ${rule.help}: ${rule.nodes.length} times, such as ${rule.nodes[0].html.slice(0, 200)}`);
  const judged = found.passes.filter((rule) => rule.id === 'color-contrast');
  if (judged.length === 0) fault(where, 'no contrast was judged');
}

async function judge(browser, work, width, scheme) {
  const where = `${work.name}, ${width} pixels, ${scheme}`;
  const page = await browser.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(`file://${work.page}`)) said.push(`asks for ${request.url()}`);
  });
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
  await page.setViewport({width, height: 900});
  await page.goto(`file://${work.page}`, {waitUntil: 'load'});
  const shown = await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    done(Math.max(performance.now(), paint ? paint.startTime : 0));
  }))));
  (await page.evaluate(findWide)).forEach((text) => fault(where, `wider than the window: ${text}`));
  const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if ((colour.match(/\d+/g).map(Number)[0] < 128) !== (scheme === 'dark')) fault(where, `its ground is ${colour}`);
  if (work.name !== 'many') await judgeAccess(where, page);
  if (work.images)
    await page.screenshot({path: path.join(work.images, `${work.name}-${width}-${scheme}.png`),
      clip: {x: 0, y: 0, width, height: 3000}, captureBeyondViewport: true});
  said.forEach((text) => fault(where, text));
  await page.close();
  return shown;
}

// On paper everything is there, nothing is cut off, and details are open.
async function judgePrint(browser, work) {
  const page = await browser.newPage();
  await page.goto(`file://${work.page}`);
  await page.emulateMediaType('print');
  await page.setViewport({width: 720, height: 1000}); // A4 less its margins
  (await page.evaluate(findWide)).forEach((text) => fault(`${work.name}, print`, `wider than the page: ${text}`));
  const heights = await page.evaluate(() => [...document.querySelectorAll('details table')]
    .map((table) => table.checkVisibility({contentVisibilityAuto: true})));
  if (heights.length !== 1 || !heights[0]) fault(`${work.name}, print`, 'the table of days is not shown');
  if ((await page.pdf({format: 'A4'})).length < 10000) fault(`${work.name}, print`, 'nothing is printed');
  await page.close();
}

async function main() {
  const works = JSON.parse(fs.readFileSync(0, 'utf8'));
  const browser = await puppeteer.launch({executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: process.getuid() === 0 ? ['--no-sandbox'] : []});
  for (const work of works) {
    const size = fs.statSync(work.page).size;
    const waits = [];
    if (size > SIZE_MAX) fault(work.name, `${size} bytes`);
    for (const width of WIDTHS)
      for (const scheme of SCHEMES) waits.push(await judge(browser, work, width, scheme));
    const best = Math.round(Math.min(...waits)); // the others may have waited for the machine
    if (best > SHOWN_MS) fault(work.name, `shown after ${best} ms`);
    const page = await browser.newPage();
    await page.goto(`file://${work.page}`);
    const sums = JSON.parse(fs.readFileSync(work.sums, 'utf8'));
    await judgeNumbers(work.name, page, sums);
    await page.close();
    await judgePrint(browser, work);
    console.log(`${work.name}: ${size} bytes, ${numbersOf(sums).size} different numbers, shown after ` +
      `${best} ms`);
  }
  await browser.close();
  console.log(faults === 0 ? 'all pages are right' : `${faults} faults`);
  process.exit(faults === 0 ? 0 : 1);
}

main();
