// Waiting for something to become true, with a name for what did not.

/** Seconds: long enough for anything that happens at all, on a machine that does much else. */
export const PATIENCE = 45;

/** Asks again until the answer is true; an answer that throws counts as "not yet". */
export async function eventually(what, ask, seconds = PATIENCE) {
  let last;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`not in ${seconds} s: ${what} (last: ${last?.stack ?? last})`);
}
