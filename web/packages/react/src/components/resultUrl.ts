/** The web address in a job's result, if it has one that is safe to link to. */
export function resultUrl(result: unknown): string | null {
  if (typeof result !== 'object' || result === null || !('url' in result)) return null;
  const { url } = result;
  if (typeof url !== 'string' || !URL.canParse(url)) return null;
  return /^https?:$/.test(new URL(url).protocol) ? url : null;
}
