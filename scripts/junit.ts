/** What a JUnit report counts: both runners write one. */

export interface Tally {
  passed: number;
  failed: number;
  /** Names of tests that were not run though nobody filtered them out. */
  skipped: string[];
}

/** Reads a report; a file that is not there counts nothing (the runner's exit code tells of that). */
export async function readJunit(file: URL, filtered: boolean): Promise<Tally> {
  try {
    return countJunit(await Deno.readTextFile(file), filtered);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { passed: 0, failed: 0, skipped: [] };
    throw error;
  }
}

/** Counts the test cases of a report. Both runners report what a filter left out as skipped: `filtered` leaves it out. */
export function countJunit(xml: string, filtered: boolean): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  for (
    const [, attributes = '', , body = ''] of xml.matchAll(
      /<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g,
    )
  ) {
    if (/<(failure|error)\b/.test(body)) tally.failed++;
    else if (/<skipped\b/.test(body)) {
      if (!filtered) tally.skipped.push(/name="([^"]*)"/.exec(attributes)?.[1] ?? '?');
    } else tally.passed++;
  }
  return tally;
}
