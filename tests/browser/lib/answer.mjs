// Waits for what the server answers to a step. What a page says afterwards, such as a toast, may still be there from a step
// before; an answer is never older than what asked for it.

/**
 * Takes the step, and gives the status of the first answer that comes to this request from then on.
 * @param {import('playwright-core').Page} page
 * @param {string} method
 * @param {RegExp} path
 * @param {() => Promise<unknown>} step
 */
export async function answerTo(page, method, path, step) {
  const [response] = await Promise.all([
    page.waitForResponse(
      (answer) => answer.request().method() === method && path.test(new URL(answer.url()).pathname),
    ),
    step(),
  ]);
  return response.status();
}
