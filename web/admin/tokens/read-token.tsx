/** Reads a token that is pasted: what it allows, and why it would be refused. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { formatTime } from '../format.ts';
import { type ClaimLine, decodeToken, explainClaims } from './decode.ts';
import { type Jwk, type Verdict, verdictOn } from './verify.ts';

interface Reading {
  lines: ClaimLine[];
  claims: string;
  verdict: Verdict | undefined;
}

const VERDICTS: Record<Verdict, string> = {
  ours: 'Signed by this Shoal.',
  forged: 'Not signed by the key it names: it is refused.',
  other: 'Not signed by a key of this Shoal: it counts only if one of your issuers signed it.',
  unknown: 'This browser cannot check the signature.',
};

export function ReadToken({ text }: { text: Signal<string> }) {
  const reading = useSignal<Reading | undefined>(undefined);
  const problem = useSignal('');
  useSignalEffect(() => {
    const given = text.value.trim();
    reading.value = undefined;
    problem.value = '';
    if (given === '') return;
    try {
      const token = decodeToken(given);
      const claims = JSON.stringify(token.claims, null, 2);
      const lines = explainClaims(token, Date.now(), formatTime);
      reading.value = { lines, claims, verdict: undefined };
      void verdictOf(token).then((verdict) => {
        if (text.peek().trim() === given) reading.value = { lines, claims, verdict };
      });
    } catch (error) {
      problem.value = (error as Error).message;
    }
  });
  const read = reading.value;
  return (
    <section class='stack' aria-labelledby='read'>
      <h2 id='read'>Read a token</h2>
      <div class='field'>
        <label for='token-text'>Token</label>
        <textarea
          id='token-text'
          class='mono'
          rows={4}
          spellcheck={false}
          aria-invalid={problem.value !== ''}
          aria-describedby='token-problem token-stays'
          value={text.value}
          onInput={(event) => text.value = event.currentTarget.value}
        />
        <p class='wrong' id='token-problem' role='alert'>{problem.value}</p>
        <p class='help' id='token-stays'>It is read in this page and sent nowhere.</p>
      </div>
      {read && (
        <div class='stack' role='status'>
          <ul class='claim-lines'>
            {read.lines.map(({ claim, says, wrong }) => (
              <li key={claim} class={wrong ? 'bad' : ''}>
                <code>{claim}</code>
                <span>{says}</span>
              </li>
            ))}
            {read.verdict && (
              <li class={read.verdict === 'forged' ? 'bad' : ''}>
                <code>signature</code>
                <span>{VERDICTS[read.verdict]}</span>
              </li>
            )}
          </ul>
          <pre class='claims'>{read.claims}</pre>
        </div>
      )}
    </section>
  );
}

async function verdictOf(token: ReturnType<typeof decodeToken>): Promise<Verdict> {
  try {
    const answer = await fetch('/.well-known/jwks.json');
    return await verdictOn(token, (await answer.json() as { keys: Jwk[] }).keys);
  } catch {
    return 'unknown';
  }
}
