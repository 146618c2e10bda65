const PROBE_DEADLINE_MS = 5_000;

/**
 * Whether the app's server answers at all. A frame of another origin tells its parent nothing about
 * a refused connection, so the address is asked once beside it; the answer itself stays opaque.
 * A content security policy that forbids the question says nothing about the app: it counts as up.
 */
export async function answers(frameUrl: string): Promise<boolean> {
  let isForbidden = false;
  const forbid = () => {
    isForbidden = true;
  };
  document.addEventListener('securitypolicyviolation', forbid);
  try {
    await fetch(new URL('/health', frameUrl), {
      mode: 'no-cors',
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PROBE_DEADLINE_MS),
    });
    return true;
  } catch {
    // The violation is reported in a task of its own, after the fetch has failed.
    await new Promise((resolve) => setTimeout(resolve));
    return isForbidden;
  } finally {
    document.removeEventListener('securitypolicyviolation', forbid);
  }
}
