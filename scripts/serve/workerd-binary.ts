/** Where workerd's own program lies: the npm package of the platform brings it along, as miniflare uses it too. */
import workerd from 'workerd';

/** The package is CommonJS with a default export, which Deno hands on as it is. */
export const WORKERD = (workerd as unknown as { default: string }).default;
