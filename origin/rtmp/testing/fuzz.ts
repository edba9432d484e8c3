/** How long property tests run: `SHOAL_FUZZ_RUNS` raises it for the long tier. */
const wanted = Number(Deno.env.get('SHOAL_FUZZ_RUNS') ?? '');

/** Options for `fc.assert`. */
export const fuzz = { numRuns: wanted > 0 ? wanted : 500 };
