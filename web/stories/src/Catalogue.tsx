import { PACKAGE_LANGUAGES } from '@wixapp/react';
import { STORY_PAGES, type StoryPage, StoryStage } from '@wixapp/react/stories';
import { address, readAddress } from './address';
import { PropsTable } from './PropsTable';
import { summaryFor } from './sources';

/** Puts the language and the token where a provider looks for them, before the first one looks. */
const view = readAddress(window);

/** All components in the menu, one of them in all its states. Every view has an address of its own. */
export function Catalogue() {
  const page = STORY_PAGES.find(({ component }) => component === view.component) ?? STORY_PAGES[0];
  return (
    <div className="catalogue" dir="ltr" lang="en">
      <header className="catalogue__menu">
        <h1>@wixapp/react</h1>
        <nav aria-label="Languages" className="catalogue__languages">
          {PACKAGE_LANGUAGES.map((language) => (
            <a
              key={language}
              href={address(view.component, language)}
              aria-current={language === view.language ? 'true' : undefined}
            >
              {language}
            </a>
          ))}
        </nav>
        <nav aria-label="Components" className="catalogue__components">
          {STORY_PAGES.map(({ component }) => (
            <a
              key={component}
              href={address(component, view.language)}
              aria-current={component === page?.component ? 'page' : undefined}
            >
              {component}
            </a>
          ))}
        </nav>
      </header>
      <main>{page !== undefined && <Page page={page} />}</main>
    </div>
  );
}

function Page({ page }: { page: StoryPage }) {
  return (
    <>
      <h2>{page.component}</h2>
      <p>{summaryFor(page.component)}</p>
      {page.stories.map((story) => (
        <section key={story.name} className="story" aria-label={story.name}>
          <h3>{story.name}</h3>
          <div
            className="story__stage"
            lang={view.language}
            dir={view.language === 'he' ? 'rtl' : 'ltr'}
            data-testid="stage"
          >
            <StoryStage story={story} />
          </div>
        </section>
      ))}
      <PropsTable component={page.component} />
    </>
  );
}
