// Sends what the official packages ask of Wix to a local platform instead.
//
//   WIX_EMULATOR_URL=http://127.0.0.1:4100 node --import ./shim.mjs app.mjs
//
// The packages build their addresses themselves, so only scheme and host are replaced; path, query, headers and body stay.

const REAL = globalThis.fetch;
const WIX = /^https:\/\/(www|edge)\.wixapis\.com(?=[/?#]|$)/;

/** @param {string} url */
function local(url) {
  const base = process.env.WIX_EMULATOR_URL;
  if (!base || !WIX.test(url)) return url;
  return url.replace(WIX, base.replace(/\/+$/, ''));
}

/** @type {typeof fetch} */
globalThis.fetch = (input, init) => {
  if (input instanceof Request) return REAL(new Request(local(input.url), input), init);
  return REAL(local(String(input)), init);
};
