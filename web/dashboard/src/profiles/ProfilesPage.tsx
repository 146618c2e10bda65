import { Badge, Button, Heading, Text } from '@wix/design-system';
import { EmptyState, Loaded, LoadingScreen } from '@wixapp/react';
import { useState } from 'react';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import type { Profile } from '../posts/types';
import { useProfiles } from '../posts/useAutopost';
import { PageHead } from '../shell/PageHead';
import { Panel } from '../shell/Panel';
import { DeleteProfile } from './DeleteProfile';
import { ProfileDialog } from './ProfileDialog';

/** Who posts are written for and how: descriptions of brands, one of them the usual one. */
export default function ProfilesPage() {
  const { profiles: texts } = useAutopostMessages();
  const query = useProfiles();
  const [edited, setEdited] = useState<Profile | 'new' | null>(null);
  const [deleted, setDeleted] = useState<Profile | null>(null);
  return (
    <div className="page">
      <PageHead title={texts.title} subtitle={texts.subtitle}>
        <Button onClick={() => setEdited('new')} data-testid="profile-new">
          {texts.create}
        </Button>
      </PageHead>
      <Loaded query={query} loading={<LoadingScreen cards={[220, 220]} layout="grid" />}>
        {({ profiles }) =>
          profiles.length === 0 ? (
            <Panel title={texts.all}>
              <EmptyState title={texts.emptyTitle} text={texts.emptyText}>
                <Button onClick={() => setEdited('new')} data-testid="profile-first">
                  {texts.first}
                </Button>
              </EmptyState>
            </Panel>
          ) : (
            <ul className="network-cards">
              {profiles.map((profile) => (
                <ProfileCard
                  key={profile.id}
                  profile={profile}
                  onEdit={() => setEdited(profile)}
                  onDelete={() => setDeleted(profile)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <ProfileDialog
        profile={edited}
        isFirst={query.data?.profiles.length === 0}
        onClose={() => setEdited(null)}
      />
      <DeleteProfile profile={deleted} onClose={() => setDeleted(null)} />
    </div>
  );
}

interface ProfileCardProps {
  profile: Profile;
  onEdit(): void;
  onDelete(): void;
}

function ProfileCard({ profile, onEdit, onDelete }: ProfileCardProps) {
  const { profiles: texts } = useAutopostMessages();
  const { name, description, audience, tone, industryTags, hashtags, isDefault } = profile;
  const told: readonly [string, string][] = [
    [texts.audience, audience],
    [texts.tone, tone],
    [texts.industryTags, industryTags.join(', ')],
    [texts.hashtags, hashtags.map((tag) => (tag.startsWith('#') ? tag : `#${tag}`)).join(' ')],
  ];
  return (
    <li className="network-card" data-testid="profile-card" data-default={isDefault}>
      <div className="network-card__head">
        <Heading as="h3" size="small">
          <span dir="auto">{name}</span>
        </Heading>
        {isDefault && (
          <Badge skin="neutralSuccess" size="small" uppercase={false}>
            {texts.default}
          </Badge>
        )}
      </div>
      <div className="network-card__what">
        {description !== '' && (
          <Text size="small">
            <span dir="auto">{description}</span>
          </Text>
        )}
        <dl className="facts">
          {told
            .filter(([, value]) => value !== '')
            .map(([label, value]) => (
              <div key={label} className="facts__row">
                <dt>
                  <Text size="small" secondary>
                    {label}
                  </Text>
                </dt>
                <dd dir="auto">
                  <Text size="small">{value}</Text>
                </dd>
              </div>
            ))}
        </dl>
      </div>
      <div className="actions__buttons">
        <Button
          size="small"
          priority="secondary"
          onClick={onEdit}
          aria-label={`${texts.edit}: ${name}`}
          data-testid="profile-edit"
        >
          {texts.edit}
        </Button>
        <Button
          size="small"
          priority="secondary"
          skin="destructive"
          onClick={onDelete}
          aria-label={`${texts.delete}: ${name}`}
          data-testid="profile-delete"
        >
          {texts.delete}
        </Button>
      </div>
    </li>
  );
}
