import { NOW } from '@wixapp/react/testing';
import type { Network, NetworkItem, Post, PostImage, Profile } from '../posts/types';

export function aPost(changes: Partial<Post> = {}): Post {
  return {
    id: 'post_9',
    version: 1,
    state: 'draft',
    text: 'Fresh bread from seven on.',
    networks: ['fake'],
    versions: {},
    images: [],
    profileId: null,
    scheduledAt: null,
    createdAt: NOW,
    updatedAt: NOW,
    publishedAt: null,
    results: [],
    ...changes,
  };
}

export function aProfile(changes: Partial<Profile> = {}): Profile {
  return {
    id: 'profile_9',
    version: 1,
    name: 'Corner bakery',
    description: 'Bread as it was.',
    audience: 'The neighbourhood',
    tone: 'Warm and short',
    industryTags: ['bakery'],
    hashtags: ['#bread', '#bakery'],
    isDefault: true,
    ...changes,
  };
}

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mM4ceLEfwAIQQOD3NJ6XwAAAABJRU5ErkJggg==';

export function anImage(changes: Partial<PostImage> = {}): PostImage {
  return {
    id: 'img_9',
    url: PIXEL,
    alt: '',
    contentType: 'image/png',
    bytes: 70,
    width: 1,
    height: 1,
    ...changes,
  };
}

const FIELDS: Record<Network, NetworkItem['fields']> = {
  fake: [],
  mastodon: [
    { name: 'server', label: 'Server', kind: 'url', hint: 'https://mastodon.social' },
    { name: 'token', label: 'Access token', kind: 'secret', hint: 'Of your application.' },
  ],
  bluesky: [
    { name: 'handle', label: 'Handle', kind: 'text', hint: 'maya.bsky.social' },
    { name: 'password', label: 'App password', kind: 'secret', hint: 'Not your own one.' },
  ],
  ayrshare: [{ name: 'key', label: 'API key', kind: 'secret', hint: 'Of your account.' }],
};

const NAMES: Record<Network, readonly [name: string, account: string, characters: number]> = {
  fake: ['Fake network', 'test', 500],
  mastodon: ['Mastodon', '@maya@example.social', 500],
  bluesky: ['Bluesky', '@maya.example.com', 300],
  ayrshare: ['Ayrshare', 'maya@example.com', 280],
};

export function aNetwork(network: Network, changes: Partial<NetworkItem> = {}): NetworkItem {
  const [name, account, characters] = NAMES[network];
  return {
    network,
    name,
    state: 'connected',
    account,
    limits: {
      characters,
      images: 4,
      imageBytes: 5_000_000,
      imageTypes: ['image/png', 'image/jpeg'],
    },
    fields: FIELDS[network],
    ...changes,
  };
}
