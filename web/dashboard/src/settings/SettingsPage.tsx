import { useAppMessages } from '../messages/useAppMessages';
import { PageHead } from '../shell/PageHead';
import { DataPanel } from './DataPanel';
import { LanguagePanel } from './LanguagePanel';
import { NoticesPanel } from './NoticesPanel';

/** What the owner decides: mails, language, and what happens to the data. */
export default function SettingsPage() {
  const { settings: texts } = useAppMessages();
  return (
    <div className="page settings">
      <PageHead title={texts.title} subtitle={texts.subtitle} />
      <NoticesPanel />
      <LanguagePanel />
      <DataPanel />
    </div>
  );
}
