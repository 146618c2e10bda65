import { ApiError } from '@wixapp/react';
import type { Network, Problem } from '../posts/types';

/** The part of the composer that a problem is said at. */
export type Place = 'text' | 'networks' | 'images' | 'when' | Network;

export function placeOf({ network, field }: Problem): Place {
  if (network) return network;
  if (field.startsWith('image')) return 'images';
  if (field.startsWith('scheduled')) return 'when';
  return field.startsWith('network') ? 'networks' : 'text';
}

/** The problems for which the server refused a post. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof ApiError)) return [];
  const listed = error.details?.problems;
  return Array.isArray(listed) ? listed.filter(isProblem) : [];
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { field, code, message } = value as Record<string, unknown>;
  return [field, code, message].every((part) => typeof part === 'string');
}
