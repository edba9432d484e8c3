/** Reads a token that is pasted: what it allows, and why it would be refused. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { asFailure } from '../load.ts';
import { type ClaimLine, decodeToken, explainClaims } from './decode.ts';

interface Reading {
  lines: ClaimLine[];
  claims: string;
  /** Undefined until the edge has said. */
  verdict?: string;
  refused: boolean;
}

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
      reading.value = { lines, claims, refused: false };
      void verdictOn(given).then((verdict) => {
        if (text.peek().trim() === given) reading.value = { lines, claims, ...verdict };
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
        <p class='help' id='token-stays'>
          Paste any token: its claims are explained, and the edge says whether it would take it.
        </p>
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
              <li class={read.refused ? 'bad' : ''}>
                <strong>{read.refused ? 'Refused' : 'Good'}</strong>
                <span>{read.verdict}</span>
              </li>
            )}
          </ul>
          <pre class='claims'>{read.claims}</pre>
        </div>
      )}
    </section>
  );
}

async function verdictOn(token: string): Promise<{ verdict: string; refused: boolean }> {
  try {
    const { valid, message } = await told(api.tokens.check.$post({ json: { token } }));
    return {
      verdict: valid ? 'The edge accepts it now.' : message ?? 'The edge refuses it.',
      refused: !valid,
    };
  } catch (error) {
    return { verdict: asFailure(error).message, refused: true };
  }
}
