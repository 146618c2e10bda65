import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from '@wix/design-system';
import { useFailureToast, useToast } from '@wixapp/react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useAutopostMessages } from '../messages/autopost/useAutopostMessages';
import { editAddress } from '../posts/address';
import { isEditable } from '../posts/state';
import type { Post } from '../posts/types';
import { keys, useAutopost, useRememberPost } from '../posts/useAutopost';
import { ConfirmDialog } from '../shell/ConfirmDialog';

/** Edit, take out of the schedule, copy, delete: what a post's state allows. */
export function PostActions({ post }: { post: Post }) {
  const { post: texts } = useAutopostMessages();
  const api = useAutopost();
  const navigate = useNavigate();
  const remember = useRememberPost();
  const { show } = useToast();
  const [isDeleting, setDeleting] = useState(false);
  const sayWhy = useFailureToast();
  const complain = (error: unknown) => sayWhy(error, texts.failed);
  const duplicate = useMutation({
    retry: false,
    mutationFn: () => api.duplicatePost(post.id),
    onSuccess: (copy) => {
      remember(copy);
      show(texts.duplicated, 'success');
      navigate(editAddress(copy.id));
    },
    onError: complain,
  });
  const unschedule = useMutation({
    mutationFn: () => api.unschedulePost(post.id),
    onSuccess: (draft) => {
      remember(draft);
      show(texts.unscheduled, 'success');
    },
    onError: complain,
  });
  const isBusy = duplicate.isPending || unschedule.isPending;
  return (
    <div className="actions__buttons">
      {isEditable(post) && (
        <Button as={Link} to={editAddress(post.id)} size="small" data-testid="post-edit">
          {post.state === 'draft' ? texts.goOn : texts.edit}
        </Button>
      )}
      {post.state === 'scheduled' && (
        <Button
          size="small"
          priority="secondary"
          disabled={isBusy}
          onClick={() => unschedule.mutate()}
          data-testid="post-unschedule"
        >
          {texts.unschedule}
        </Button>
      )}
      <Button
        size="small"
        priority="secondary"
        disabled={isBusy}
        onClick={() => duplicate.mutate()}
        data-testid="post-duplicate"
      >
        {texts.duplicate}
      </Button>
      {post.state !== 'publishing' && (
        <Button
          size="small"
          priority="secondary"
          skin="destructive"
          onClick={() => setDeleting(true)}
          data-testid="post-delete"
        >
          {texts.delete}
        </Button>
      )}
      <DeletePost post={post} isOpen={isDeleting} onClose={() => setDeleting(false)} />
    </div>
  );
}

interface DeletePostProps {
  post: Post;
  isOpen: boolean;
  onClose(): void;
}

function DeletePost({ post, isOpen, onClose }: DeletePostProps) {
  const { post: texts } = useAutopostMessages();
  const api = useAutopost();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { show } = useToast();
  const deletion = useMutation({
    mutationFn: ({ id }: Post) => api.deletePost(id),
    onSuccess: (_, { id }) => {
      show(texts.deleted, 'success');
      navigate('/posts', { replace: true });
      cache.removeQueries({ queryKey: keys.post(id) });
      void cache.invalidateQueries({ queryKey: keys.posts });
    },
  });
  return (
    <ConfirmDialog
      name="post-delete"
      subject={isOpen ? post : null}
      ask={({ results }) => ({
        title: texts.deleteTitle,
        text: results.some(({ state }) => state === 'published')
          ? texts.deleteOut
          : texts.deleteText,
        keep: texts.keep,
        confirm: texts.deleteNow,
        pending: texts.deleting,
        failed: texts.failed,
      })}
      action={deletion}
      onClose={onClose}
    />
  );
}
