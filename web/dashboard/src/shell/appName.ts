/** The name of the app, which the server writes into the page: that of the reference app where nobody did. */
export function appName(): string {
  const meta = document.querySelector('meta[name="application-name"]');
  return meta?.getAttribute('content')?.trim() || 'Autopost';
}
