// Waiting for something to become true, with a name for what did not.

/** Asks again until the answer is true; an answer that throws counts as "not yet". */
export async function eventually(what, ask, seconds = 10) {
  let last;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`not in ${seconds} s: ${what} (last: ${last?.stack ?? last})`);
}

/** Only where the passing of time is what is tested. */
export const pause = (ms) => new Promise((later) => setTimeout(later, ms));
