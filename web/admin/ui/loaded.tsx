/** The three faces of everything that is asked for: on its way, refused, here. */
import type { ComponentChildren } from 'preact';
import type { ApiFailure } from '../api/client.ts';
import type { Load } from '../load.ts';

export function Loaded<T>({ of, children }: { of: Load<T>; children: (value: T) => ComponentChildren }) {
  const { value, failure, busy, again } = of;
  if (value !== undefined) {
    return (
      <>
        {failure && <FailureNotice failure={failure} again={again} stale />}
        {children(value)}
      </>
    );
  }
  if (failure) return <FailureNotice failure={failure} again={again} />;
  return busy ? <Loading /> : null;
}

export function Loading() {
  return (
    <div class='loading' role='status'>
      <span class='unseen'>Loading</span>
      <i />
      <i />
      <i />
    </div>
  );
}

interface FailureProps {
  failure: ApiFailure;
  again?: () => void;
  /** What is shown below is older than this failure. */
  stale?: boolean;
}

export function FailureNotice({ failure, again, stale }: FailureProps) {
  return (
    <div class='notice row spread' role='alert'>
      <span>
        {failure.message}
        {stale && ' What you see is from before.'}
      </span>
      {again && <button type='button' class='button little' onClick={again}>Try again</button>}
    </div>
  );
}

/** Nothing here yet: says what would be here, and offers the first step. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class='empty'>
      <strong>{title}</strong>
      {children}
    </div>
  );
}
