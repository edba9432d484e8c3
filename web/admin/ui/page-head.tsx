/** The head of a page: its name, a line below it, and what can be done here. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface PageHeadProps {
  title: string;
  /** The browser's title, where it differs. */
  tab?: string;
  below?: ComponentChildren;
  children?: ComponentChildren;
}

export function PageHead({ title, tab, below, children }: PageHeadProps) {
  usePageTitle(tab ?? title);
  return (
    <div class='head'>
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {below && <div class='quiet'>{below}</div>}
      </div>
      {children && <div class='row'>{children}</div>}
    </div>
  );
}

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Shoal`;
  }, [title]);
}
