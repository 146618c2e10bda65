// The platform's pages and the app inside them, in the words of the test.
import { answerTo } from './answer.mjs';

const WAIT_MS = 30_000;

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

/**
 * Waits until exactly this text is shown.
 * @param {Locator} locator
 * @param {string} text
 */
export async function shows(locator, text) {
  const pattern = new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
  try {
    await locator.filter({ hasText: pattern }).waitFor({ timeout: WAIT_MS });
  } catch (cause) {
    const seen = await locator.allTextContents();
    throw new Error(`expected "${text}", seen ${JSON.stringify(seen)}`, { cause });
  }
}

export class Dashboard {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    this.app = page.frameLocator('[data-testid=app-frame]');
  }

  /** @param {string} id */
  on(id) {
    return this.page.getByTestId(id);
  }

  /** @param {string} id */
  inApp(id) {
    return this.app.getByTestId(id);
  }

  /** The app's document, once it is there. */
  async appFrame() {
    await this.inApp('app-ready').waitFor();
    const element = await this.on('app-frame').elementHandle();
    const frame = await element?.contentFrame();
    if (!frame) throw new Error('the app page shows no frame');
    return frame;
  }

  /** Where the platform opens the app; the app itself takes the token out of its address. */
  async appAddress() {
    return (await this.on('app-frame').getAttribute('src')) ?? '';
  }

  /** Opens the app anew from the side menu, with a fresh token. */
  async openApp() {
    await this.on('nav-app').click();
    await this.page.reload();
    await this.inApp('app-ready').waitFor();
  }

  /** @param {string} credits */
  async hasCredits(credits) {
    await shows(this.inApp('credits-available'), credits);
  }

  /** @param {string} plan */
  async hasPlan(plan) {
    await shows(this.inApp('plan-name'), plan);
  }

  async openCheckoutForStarter() {
    await this.inApp('nav-plans').click();
    await this.inApp('upgrade-starter').click();
    await this.page.waitForURL('**/checkout/*');
    await this.on('checkout-page').waitFor();
  }

  /** @param {string} number */
  async payWith(number) {
    await this.on('card-number').fill(number);
    await this.on('card-expiry').fill('12 / 60');
    await this.on('card-cvc').fill('123');
    await this.on('card-name').fill('Test Payer');
    await this.on('pay').click();
  }

  /**
   * @param {string} text
   * @param {{ failing?: boolean }} [options]
   */
  async publish(text, { failing = false } = {}) {
    await this.inApp('nav-overview').click();
    await this.inApp('post-text').fill(text);
    await this.inApp('post-fail').setChecked(failing);
    await this.inApp('post-submit').click();
  }

  /** @param {string} status */
  jobCard(status) {
    return this.app.locator(`[data-testid=job-card][data-status=${status}]`);
  }

  /** @param {{ type: string, state?: string }} filter */
  deliveries({ type, state = 'delivered' }) {
    const filter = `[data-event-type=${type}][data-state=${state}]`;
    return this.page.locator(`[data-testid=delivery-row]${filter}`);
  }

  /**
   * @param {string} days `30` uses the panel's own step
   * @returns {Promise<string>} what the panel says afterwards
   */
  async moveClock(days) {
    await this.on('clock-chip').click();
    const isStep = days === '30';
    if (!isStep) await this.on('clock-advance-custom').fill(days);
    const button = this.on(isStep ? 'clock-advance-30d' : 'clock-advance-submit');
    // The panel goes on showing what the move before it brought.
    await answerTo(this.page, 'POST', /\/clock\/advance$/, () => button.click());
    const result = (await this.on('clock-result').textContent({ timeout: WAIT_MS })) ?? '';
    return result;
  }
}
