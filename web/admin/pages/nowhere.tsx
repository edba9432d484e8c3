/** An address that means nothing. */
import { Empty } from '../ui/loaded.tsx';
import { PageHead } from '../ui/page-head.tsx';

export function NowherePage() {
  return (
    <>
      <PageHead title='Nothing here' />
      <Empty title='This address leads nowhere.'>
        <a class='button' href='/admin'>All channels</a>
      </Empty>
    </>
  );
}
