/** Rental: who rents, and the leases they hold. */
import { Leases } from '../leases/leases.tsx';
import { Tenants } from '../leases/tenants.tsx';
import { may } from '../me.ts';
import { PageHead } from '../ui/page-head.tsx';

export function TenantsPage() {
  return (
    <>
      <PageHead
        title='Tenants and leases'
        below='A tenant rents a channel, or a share in one: for a time, for so many viewers, on their own sites.'
      />
      <Leases />
      {may('owner') && <Tenants />}
    </>
  );
}
