import type { Profile, ProfileBody } from '../posts/types';

/** A profile as its form has it: lists are one text. */
export interface ProfileDraft {
  name: string;
  description: string;
  audience: string;
  tone: string;
  industryTags: string;
  hashtags: string;
  isDefault: boolean;
}

/** An empty form for a new profile. The first one becomes the usual one. */
export function profileDraft(profile: Profile | null, isFirst: boolean): ProfileDraft {
  return {
    name: profile?.name ?? '',
    description: profile?.description ?? '',
    audience: profile?.audience ?? '',
    tone: profile?.tone ?? '',
    industryTags: profile?.industryTags.join(', ') ?? '',
    hashtags: profile?.hashtags.map((tag) => `#${tag.replace(/^#/, '')}`).join(' ') ?? '',
    isDefault: profile?.isDefault ?? isFirst,
  };
}

export function profileBody(draft: ProfileDraft): ProfileBody {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    audience: draft.audience.trim(),
    tone: draft.tone.trim(),
    industryTags: unique(draft.industryTags.split(/[,;\n]/)),
    hashtags: unique(draft.hashtags.split(/[\s,;#]+/)),
    isDefault: draft.isDefault,
  };
}

/** Every part once, whatever its letters' case; parts without a letter are none. */
function unique(parts: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const part of parts.map((each) => each.trim())) {
    const key = part.toLowerCase();
    if (part !== '' && !seen.has(key)) seen.set(key, part);
  }
  return [...seen.values()];
}
