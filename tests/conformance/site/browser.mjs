// Chromium opens every page of the site from the disk, as a person does: small and large, light and dark, by the keyboard.
//
//   node browser.mjs SITE OPERATIONS SCREENSHOTS
//
// SITE is the folder of the site, OPERATIONS a file with a line `API/OPERATION` for each operation of the specs.
// CHROMIUM is the browser's program. Nothing may ask the network, and axe-core may find nothing serious.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const [site, list, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const address = (path) => pathToFileURL(`${site}/${path}`).href;
const operations = readFileSync(list, 'utf8').trim().split('\n');
const pages = JSON.parse(readFileSync(`${site}/index.json`, 'utf8')).files.map(({ file }) => file)
  .filter((file) => file.endsWith('.html'));
// One of each kind, and the largest; axe-core reads these in every setting.
const chosen = [
  'index.html', 'elements-v3/index.html', 'insights/codes.html', 'insights/deviations.html', 'insights/changelog.html',
  'guides/tokens.html', 'guides/documents.html', 'recipes/go/token/token.go.html', 'elements-v3/operations/getUser.html',
  'elements-v3/operations/onboardCustomer.html', 'elements-legacy/operations/listCustomers.html',
];

const problems = [];
const expect = (holds, problem) => holds || problems.push(problem);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  // Chromium has no sandbox of its own for root.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

async function open(setting, size, scheme) {
  const context = await browser.newContext({ viewport: size, colorScheme: scheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const where = () => `${setting}: ${page.url().replace(address(''), '')}`;
  page.on('console', (message) => expect(false, `${where()}: console: ${message.text()}`));
  page.on('pageerror', (error) => expect(false, `${where()}: ${error.message}`));
  page.on('requestfailed', (request) => expect(false, `${where()}: did not load ${request.url()}`));
  page.on('request', (request) => expect(/^(file|data):/.test(request.url()), `${where()}: asked for ${request.url()}`));
  return { page, where, close: () => context.close() };
}

// What is folded away is looked at too.
const unfold = (page) => page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));

// Every operation stands on the first page, and has a page with its parts.
async function everyOperation() {
  const { page, close } = await open('every page', { width: 1440, height: 900 }, 'light');
  await page.goto(address('index.html'));
  const links = await page.locator('main a[href*="/operations/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const wanted = operations.map((operation) => operation.replace('/', '/operations/') + '.html');
  expect(links.length === wanted.length, `the first page has ${links.length} operations, the specs ${wanted.length}`);
  wanted.filter((path) => !links.includes(path)).forEach((path) => problems.push(`the first page has no ${path}`));
  for (const path of pages) {
    await page.goto(address(path));
    expect((await page.locator('h1').count()) === 1, `${path}: not one title`);
    await unfold(page);
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const inner = await page.evaluate(() => document.scrollingElement.scrollWidth);
      expect(inner <= width, `${path}: is ${inner} px wide on ${width}`);
    }
    if (wanted.includes(path)) {
      const tabs = await page.getByRole('tab').allTextContents();
      expect(tabs.join() === 'curl,Rust,Python,TypeScript,C#,Java,Go,PowerShell', `${path}: the languages are ${tabs}`);
      const text = await page.locator('main').innerText();
      for (const part of ['Permission', 'Responses', 'Where this differs']) {
        expect(text.includes(part), `${path}: nothing of ${part}`);
      }
    }
  }
  await close();
  console.log(`   ${pages.length} pages, ${links.length} operations`);
}

async function search(page, where, word) {
  await page.keyboard.press('/');
  await page.keyboard.type(word);
  await page.locator('#siteResults a').first().waitFor({ timeout: 10_000 }).catch(() => expect(false, `${where()}: nothing has ${word}`));
}

// What a reader has at hand, and the page that is to be found first.
async function whatIsAtHand() {
  const { page, where, close } = await open('at hand', { width: 1440, height: 900 }, 'light');
  const path = '/partner/external/v3/um/customers/6f1c2b9a/tenants/b1/users';
  for (const [word, wanted] of [
    // Others have all words of it.
    ['elements.license.read.all', /\/(getProductOverview|listCustomerServices|listStorageProfiles|listTenantUserSeats)\.html$/],
    [`${path}/42`, /elements-v3\/operations\/getUser\.html$/],
    [`POST https://graph.example.com${path}/batch?pageSize=5`, /elements-v3\/operations\/listUsers\.html$/],
    ['49681f94-26a7-4825-aca2-df2eca7c0f81', /elements-v3\/codes\.html#DataCenter$/],
    ['WaitingForConfiguration', /codes\.html#CustomerJobStatus$/],
    ['registrationAccount', /\/onboardCustomer\.html$/],
    ['update_user_manager', /\/updateUserManager\.html$/],
    ['permission update user', /elements-v3\/operations\/update\w*User\w*\.html$/],
    ['rate limit', /\/listCustomers\.html#response-429$/],
    ['certificate', /guides\/tokens\.html$/],
    ['changelog', /\/changelog\.html$/],
    ['sample contradicts table', /\/deviations\.html$/],
    // One word is nowhere.
    ['registrationAccount qwertz', /\/onboardCustomer\.html$/],
  ]) {
    await page.goto(address('index.html'));
    await search(page, where, word);
    const href = await page.locator('#siteResults a').first().evaluate((a) => a.href);
    expect(wanted.test(href), `${where()}: ${word} finds ${href}`);
  }
  await close();
}

// A link to a language, paper, and a page whose scripts are off.
async function otherReaders() {
  const user = address('elements-v3/operations/getUser.html');
  const { page, where, close } = await open('links', { width: 1440, height: 900 }, 'light');
  await page.goto(`${user}#call-go`);
  expect(await page.getByRole('tabpanel', { name: 'Go' }).isVisible(), `${where()}: Go is not shown`);
  expect((await page.evaluate(() => scrollY)) === 0, `${where()}: the title is out of sight`);
  await page.goto(`${user}#call-java`);
  expect(await page.getByRole('tabpanel', { name: 'Java' }).isVisible(), `${where()}: Java is not shown`);
  await page.emulateMedia({ media: 'print' });
  expect(!(await page.getByLabel('Codes of UsageLocation').isVisible()), `${where()}: hundreds of codes are printed`);
  expect((await page.locator('figcaption:visible', { hasText: /^(curl|Java|Go)$/ }).allTextContents()).join() === 'Java',
    `${where()}: the program on paper has no name`);
  await page.goto(address('elements-v3/operations/listCustomers.html'));
  const folded = page.locator('.response[open] .members details > .members .name').first();
  expect(await folded.isVisible(), `${where()}: what is folded away is not printed`);
  await page.setViewportSize({ width: 720, height: 1000 });
  await page.screenshot({ path: `${screenshots}/paper.png`, fullPage: true });
  await close();
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const plain = await context.newPage();
  await plain.goto(user);
  expect((await plain.locator('[data-tab]:visible').count()) === 8, 'without scripts: not all languages are shown');
  expect(!(await plain.locator('#siteSearch').isVisible()), 'without scripts: there is a search that does nothing');
  const [text, list] = await Promise.all(['main', '.side'].map((part) => plain.locator(part).boundingBox()));
  expect(text.y < list.y, 'without scripts: all pages are listed before the text on a phone');
  await plain.screenshot({ path: `${screenshots}/no-scripts.png` });
  await context.close();
}

// The keyboard alone: past the menus, to the search, through the results, back and into one of them; the languages.
async function byKeyboard(setting, size, scheme) {
  const { page, where, close } = await open(setting, size, scheme);
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);
  await page.goto(address('index.html'));
  await page.keyboard.press('Tab');
  expect((await focused()) === 'Skip to the content', `${where()}: the first stop is ${await focused()}`);
  for (const [word, pattern] of [['licence', /licen[cs]e/i], ['pageSize', /pageSize/]]) {
    await page.goto(address('index.html'));
    await search(page, where, word);
    const found = await page.locator('#siteResults a').evaluateAll((all) => all.slice(0, 3).map((a) => a.href));
    for (const href of found) {
      const text = readFileSync(new URL(href.replace(/#.*/, '')), 'utf8');
      expect(pattern.test(text), `${where()}: ${word} finds ${href}, which does not have it`);
    }
    await page.screenshot({ path: `${screenshots}/${setting}-search-${word}.png` });
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect((await focused()) === 'siteSearch', `${where()}: the keyboard does not come back to the search`);
    await page.keyboard.press('ArrowDown');
    await Promise.all([page.waitForURL(found[0]), page.keyboard.press('Enter')]);
  }
  await page.goto(address('elements-v3/operations/onboardCustomer.html'));
  await page.getByRole('tab', { selected: true }).focus();
  await page.keyboard.press('ArrowRight');
  expect((await focused()) === 'Rust', `${where()}: the keyboard does not reach the languages`);
  expect(await page.getByRole('tabpanel', { name: 'Rust' }).isVisible(), `${where()}: Rust is not shown`);
  await page.reload();
  expect(await page.getByRole('tabpanel', { name: 'Rust' }).isVisible(), `${where()}: the language is forgotten`);
  // The word of a person is above that of the system.
  await page.getByRole('button', { name: 'Dark colours' }).press('Enter');
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect((ground === 'rgb(255, 255, 255)') === (scheme === 'dark'), `${where()}: the other colours are ${ground}`);
  await close();
}

async function look(setting, size, scheme) {
  const { page, where, close } = await open(setting, size, scheme);
  for (const path of chosen) {
    await page.goto(address(path));
    await page.screenshot({ path: `${screenshots}/${setting}-${path.replaceAll('/', '-')}.png` });
    await unfold(page);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run({ preload: false }));
    for (const { id, impact, nodes } of violations) {
      if (['serious', 'critical'].includes(impact)) {
        expect(false, `${where()}: ${impact}: ${id}: ${nodes.length} times, as ${nodes[0].html.slice(0, 200)}`);
      }
    }
  }
  await close();
}

await everyOperation();
await whatIsAtHand();
await otherReaders();
for (const [name, size] of Object.entries({ desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } })) {
  for (const scheme of ['light', 'dark']) {
    await byKeyboard(`${name}-${scheme}`, size, scheme);
    await look(`${name}-${scheme}`, size, scheme);
  }
}
await browser.close();
if (problems.length) {
  console.error(problems.slice(0, 40).join('\n'));
  process.exit(1);
}
