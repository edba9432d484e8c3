import { asFailure } from './load.ts';
import { announce } from './ui/announce.tsx';

/** Does what a button asks for; why it failed is announced. Never rejects. */
export async function attempt(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    announce(asFailure(error).message);
  }
}
