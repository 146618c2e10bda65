import { Text } from '@wix/design-system';
import { useWixContext } from '@wixapp/react';
import { useId } from 'react';
import { useAppMessages } from '../messages/useAppMessages';
import { Panel } from '../shell/Panel';

/** The language in its own words: it must be found by somebody who cannot read the page. */
const NAMES: Record<string, string> = { en: 'English', de: 'Deutsch', he: 'עברית' };

/** The language of these pages in this browser; mails have their own. */
export function LanguagePanel() {
  const { language, languages, setLanguage } = useWixContext();
  const { settings } = useAppMessages();
  const id = useId();
  return (
    <Panel title={settings.language.title}>
      <div className="wxa-field settings__field">
        <label htmlFor={id}>{settings.language.label}</label>
        <select
          id={id}
          value={language ?? ''}
          onChange={(event) => setLanguage(event.target.value || null)}
          data-testid="language"
        >
          <option value="">{settings.language.automatic}</option>
          {languages.map((each) => (
            <option key={each} value={each} lang={each}>
              {NAMES[each] ?? each}
            </option>
          ))}
        </select>
      </div>
      <Text size="small" secondary>
        {settings.language.hint}
      </Text>
    </Panel>
  );
}
