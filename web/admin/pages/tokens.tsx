/** Playback tokens: make one, read one, and the keys they are signed with. */
import { IssueToken } from '../tokens/issue-token.tsx';
import { ReadToken } from '../tokens/read-token.tsx';
import { SigningKeys } from '../tokens/signing-keys.tsx';
import { Issuers } from '../tokens/issuers.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { useSignal } from '@preact/signals';

export function TokensPage() {
  const text = useSignal('');
  return (
    <>
      <PageHead
        title='Playback tokens'
        below='They let a viewer into channels whose access is by token. Your own site makes them through the API; here you try out what they do.'
      />
      <div class='beside even'>
        <IssueToken onIssued={(token) => text.value = token} />
        <ReadToken text={text} />
      </div>
      <SigningKeys />
      <Issuers />
    </>
  );
}
