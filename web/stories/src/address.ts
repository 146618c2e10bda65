import { PACKAGE_LANGUAGES } from '@wixapp/react';

export interface View {
  component: string;
  language: string;
}

/** Reads what is shown, and leaves the address as Wix would: with a token and a locale for the providers. */
export function readAddress(page: Window): View {
  const params = new URLSearchParams(page.location.search);
  const wanted = params.get('language') ?? '';
  const language = PACKAGE_LANGUAGES.includes(wanted) ? wanted : 'en';
  const view = { component: params.get('component') ?? '', language };
  // Each provider takes the token out of the address; the copy in the history entry serves the ones after it.
  const opened = new URLSearchParams({ ...view, instance: 'story', locale: language });
  page.history.replaceState(null, '', `?${opened}`);
  return view;
}

export function address(component: string, language: string): string {
  return `?${new URLSearchParams({ component, language })}`;
}
