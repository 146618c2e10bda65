// The look over a page that every screenshot takes, on pages made to be bad, and on good ones that look alike.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch } from './lib/browser.mjs';
import { flawsOf } from './lib/flaws.mjs';

const LIMIT = { timeout: 60_000 };

describe('a look over a page', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;

  before(async () => {
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 360, height: 600 } });
  });

  after(() => browser?.close());

  /** @param {string} body */
  async function flawsIn(body) {
    await page.setContent(`<!doctype html><html lang="en"><style>
      body { margin: 0; font: 16px/24px sans-serif } main { padding: 16px } .card { border: 1px solid #999; padding: 8px }
    </style>${body}`);
    return flawsOf(page);
  }

  /** @type {[string, string, RegExp][]} */
  const bad = [
    [
      'a word that is cut at the side',
      '<main><p class="price" style="width:60px;overflow:hidden;white-space:nowrap">1,200 credits</p></main>',
      /^is cut by p\.price: text “1,200 credits” p\.price$/,
    ],
    [
      'lines that are cut below',
      '<main><div data-testid="note" style="height:30px;overflow:hidden">One line<br>another line</div></main>',
      /^is cut by \[note\]: text “another line”/,
    ],
    [
      'three dots with no way to the rest',
      '<main><p style="width:80px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">Fresh bread from seven on</p></main>',
      /^is cut by p: text “Fresh bread/,
    ],
    [
      'a button that is cut',
      '<main><div style="width:60px;overflow:hidden"><button style="width:100px">Save</button></div></main>',
      /^is cut by div: control “Save” button$/,
    ],
    [
      'an example that does not fit its field',
      '<main><input style="width:80px" placeholder="https://example.com/image.png"></main>',
      /^cut: “https:\/\/example\.com\/image\.png” has no room in input$/,
    ],
    [
      'a choice that does not fit its field',
      '<main><select style="width:70px"><option>All networks of the app</select></main>',
      /^cut: “All networks of the app” has no room in select$/,
    ],
    [
      'a word that is wider than its card',
      '<main><div class="card" style="width:60px">Kreditverbrauchsübersicht</div></main>',
      /^sticks out of div\.card: text “Kredit/,
    ],
    [
      'a button that is wider than its card',
      '<main><div class="card" style="width:200px"><button style="width:230px">Try again</button></div></main>',
      /^sticks out of div\.card: control “Try again” button$/,
    ],
    [
      'text beside the window',
      '<main><p style="position:absolute;left:320px;white-space:nowrap">beside it</p></main>',
      /^lies outside the window: text “beside it” p$/,
    ],
    [
      'text below a window that cannot reach it',
      '<div style="position:fixed;top:560px"><p>Sent</p><p>Undo it</p></div>',
      /^lies outside the window: text “Undo it” p$/,
    ],
    [
      'text that something is drawn over',
      '<main><p>Balance: 200</p><div class="seal" style="position:absolute;top:20px;left:0;width:90px;height:60px;background:#fc0">!</div></main>',
      /^is covered by div\.seal: text “Balance: 200” p$/,
    ],
    [
      'text far below that something is drawn over',
      '<main><p style="margin-top:2000px">Balance: 200</p><div class="seal" style="margin-top:-40px;height:30px;position:relative;background:#fc0">!</div></main>',
      /^is covered by div\.seal: text “Balance: 200” p$/,
    ],
    [
      'text in text',
      '<main><p>Starter plan</p><p class="late" style="margin-top:-34px">12 days left</p></main>',
      /^overlaps “12 days left” p\.late: text “Starter plan” p$/,
    ],
    [
      'a button under a button',
      '<main><button>Keep</button><button style="margin-left:-30px">Delete</button></main>',
      /^(is covered by button|overlaps .*): control “Keep” button$/,
    ],
    [
      'a bar over what cannot be scrolled away',
      '<header style="position:fixed;inset:0 0 auto;height:60px;background:#fff">Autopost</header><main><h1>Overview</h1></main>',
      /^is always covered by header: text “Overview” h1$/,
    ],
    [
      'a card with nothing in it',
      '<main><div class="card" style="height:80px"><div><span></span></div></div></main>',
      /^empty: div\.card, \d+ × 98 px$/,
    ],
    [
      'a place for an image without one, though screen readers do not hear of it',
      '<main><span aria-hidden="true" style="display:block;width:48px;height:48px;background:#eee"></span></main>',
      /^empty: span, 48 × 48 px$/,
    ],
    [
      'a card whose words do not show',
      '<main><section class="card" style="height:80px" aria-label="Plan"><p style="display:none">Pro</p></section></main>',
      /^empty: section\.card, \d+ × 98 px$/,
    ],
    [
      'a button with nothing on it',
      '<main><button style="width:40px;height:40px"></button></main>',
      /^empty: button, 40 × 40 px$/,
    ],
    [
      'an image that is not there',
      '<main><img src="data:image/png;base64,AAAA" width="80" height="80" alt="Bread"></main>',
      /^empty: img shows no image$/,
    ],
  ];

  for (const [name, body, expected] of bad) {
    it(`finds ${name}`, LIMIT, async () => {
      const flaws = await flawsIn(body);
      assert.ok(
        flaws.some((flaw) => expected.test(flaw)),
        `found: ${flaws.join('\n')}`,
      );
    });
  }

  it('finds it in a frame, too', LIMIT, async () => {
    await page.route('http://frame.test/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<button style="width:40px;height:40px"></button>',
      }),
    );
    const flaws = await flawsIn(
      '<main><iframe src="http://frame.test/" title="App"></iframe></main>',
    );
    assert.deepEqual(flaws, ['empty: button, 40 × 40 px']);
  });

  const lines = Array.from({ length: 60 }, (_, line) => `<p>Line ${line + 1}</p>`).join('');
  /** @type {[string, string][]} */
  const good = [
    ['a long page', `<main>${lines}</main>`],
    [
      'a bar that stays over what scrolls',
      `<header style="position:sticky;top:0;background:#fff">Autopost</header><main>${lines}</main>
       <footer style="position:fixed;inset:auto 0 0;background:#fff">Save</footer><p style="height:40px"></p>`,
    ],
    [
      'a message that lies over a page for a while',
      `<main>${lines}</main><div role="status" style="position:fixed;bottom:8px;left:8px;background:#fff">Saved.</div>`,
    ],
    [
      'a panel that a button opens',
      `<main><button aria-expanded="true" aria-controls="panel">Time</button><p>Behind it</p>
       <section id="panel" style="position:absolute;top:30px;background:#fff;padding:30px">Noon</section></main>`,
    ],
    [
      'a dialog over a page',
      `<main>${lines}</main><dialog>Delete it? <button>Keep it</button></dialog><script>document.querySelector('dialog').showModal()</script>`,
    ],
    [
      'what scrolls by itself',
      `<main><div style="overflow:auto;height:100px" tabindex="0">${lines}</div>
       <div style="overflow:auto;white-space:nowrap" tabindex="0">${'a wide table '.repeat(30)}</div></main>`,
    ],
    [
      'what is for screen readers, or folded, or comes with the keyboard',
      `<a href="#content" style="position:absolute;top:-60px">To the content</a><main id="content">
       <span style="position:absolute;width:1px;height:1px;overflow:hidden;white-space:nowrap">Loading the page</span>
       <div style="height:0;overflow:hidden">Folded</div><details><summary>More</summary>Words</details></main>`,
    ],
    [
      'three dots with the whole beside them',
      '<main><p title="Fresh bread from seven on" style="width:80px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap">Fresh bread from seven on</p></main>',
    ],
    [
      'boxes that are no boxes to read',
      `<main><hr><div role="progressbar" aria-valuenow="40" style="height:20px;background:#ccc"></div>
       <div aria-busy="true" class="card" style="height:60px"></div><span class="wxa-bone card" style="display:block;height:60px"></span>
       <i aria-hidden="true" style="display:block;width:14px;height:14px;background:red"></i><span role="img" aria-label="Red" style="display:block;height:40px;background:red"></span>
       <div style="height:40px;border-bottom:1px solid"></div></main>`,
    ],
    [
      'labels beside what they name, and a link over a whole card',
      `<main><label><input type="checkbox"> Remember me</label><div class="card" style="position:relative"><p>A card</p>
       <a href="/x" style="position:absolute;inset:0" aria-label="Open it"></a></div></main>`,
    ],
  ];

  for (const [name, body] of good) {
    it(`lets pass ${name}`, LIMIT, async () => {
      assert.deepEqual(await flawsIn(body), []);
    });
  }

  it('leaves the page where it was', LIMIT, async () => {
    await flawsIn(`<main>${lines}</main>`);
    await page.evaluate(() => window.scrollTo(0, 500));
    await flawsOf(page);
    const [top, sheets] = await page.evaluate(() => [
      window.scrollY,
      document.adoptedStyleSheets.length,
    ]);
    assert.deepEqual([top, sheets], [500, 0]);
  });
});
