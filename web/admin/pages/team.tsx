/** Who else may use the dashboard: admin tokens with a role. */
import { useSignal } from '@preact/signals';
import type { IssuedToken } from '../../../protocol/access.ts';
import type { Role } from '../../../protocol/claims.ts';
import { told } from '../api/client.ts';
import { api } from '../desk.ts';
import { formatTime } from '../format.ts';
import { may, whoThisIs } from '../me.ts';
import { CopyText } from '../ui/copy-text.tsx';
import { FormFailure } from '../ui/field.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { SelectField, TextField } from '../ui/text-field.tsx';
import { useForm } from '../use-form.ts';

const ROLES = [
  ['operator', 'Operator'],
  ['reports', 'Reports'],
  ['owner', 'Owner'],
] as const;

const ROLE_WORDS: Record<Role, string> = {
  operator: 'Channels, stream keys, playback tokens, kick and ban. No secrets, no team, no tenants.',
  reports: 'Sees channels, statistics and visits, and changes nothing.',
  owner: 'Everything, this page included.',
};

const LENGTHS = [['3600', 'An hour'], ['86400', 'A day'], ['604800', 'A week'], [
  '2592000',
  '30 days',
]] as const;

export function TeamPage() {
  const me = whoThisIs();
  return (
    <>
      <PageHead
        title='Team'
        below={me && <>You are {me.subject}, {me.role}{me.tenant && ` of the tenant ${me.tenant}`}.</>}
      />
      {may('owner') ? <Invite /> : <p class='quiet'>Only an owner may give others access.</p>}
    </>
  );
}

function Invite() {
  const form = useForm();
  const subject = useSignal('');
  const role = useSignal<Role>('operator');
  const ttl = useSignal('86400');
  const tenant = useSignal('');
  const made = useSignal<{ subject: string; issued: IssuedToken } | undefined>(undefined);
  const issue = form.submit(async () => {
    if (!subject.value.trim()) return form.refuse('subject', 'must be the name of a person or a program');
    const issued = await told(api.tokens.$post({
      json: {
        subject: subject.value.trim(),
        role: role.value,
        ttlS: Number(ttl.value),
        ...(tenant.value.trim() ? { tenant: tenant.value.trim() } : {}),
      },
    }));
    made.value = { subject: subject.value.trim(), issued };
  });
  return (
    <form class='stack narrow' onSubmit={issue} noValidate>
      <h2>Give somebody access</h2>
      <TextField
        label='For whom'
        name='subject'
        value={subject}
        maxLength={128}
        failure={form.failure}
        help='Stands in the audit log beside everything that is done with it.'
      />
      <SelectField
        label='Role'
        name='role'
        value={role}
        options={ROLES}
        failure={form.failure}
        help={ROLE_WORDS[role.value]}
      />
      <SelectField
        label='For how long'
        name='ttlS'
        value={ttl}
        options={LENGTHS}
        failure={form.failure}
        help='It cannot be taken back alone: rotating the signing key ends all of them.'
      />
      <TextField
        label='Tenant'
        name='tenant'
        value={tenant}
        failure={form.failure}
        help='Optional. Then it sees only the channels that this tenant leases.'
      />
      <FormFailure failure={form.failure} fields={['subject', 'role', 'ttlS', 'tenant']} />
      <div>
        <button type='submit' class='button first' disabled={form.busy}>Make access token</button>
      </div>
      {made.value && (
        <div class='stack' role='status'>
          <div class='field'>
            <span class='field-label'>Sign-in link for {made.value.subject}</span>
            <CopyText
              text={`${location.origin}/admin#token=${made.value.issued.token}`}
              label='sign-in link'
            />
            <p class='help'>
              Good until {formatTime(made.value.issued.expiresAt)}. Whoever has it is {made.value.subject}.
            </p>
          </div>
          <div class='field'>
            <span class='field-label'>The token alone, for programs</span>
            <CopyText text={made.value.issued.token} label='token' />
          </div>
        </div>
      )}
    </form>
  );
}
