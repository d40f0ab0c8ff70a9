/** Addresses that are signed in one request. */
const BATCH = 20;

/** Whether only signed addresses are served. */
export const signed = document.documentElement.dataset.signed === "true";

/** Where the service answers one of its paths: a proxy may have put a folder before them. */
export function at(path) {
  return new URL(`.${path}`, document.baseURI).href;
}

/** Addresses of pictures; where only signed ones are served, the server signs those of its sample. */
export async function addresses(queries, signal) {
  if (!signed) return queries.map((query) => at(`/v1/stylize?${query}`));
  const all = [];
  for (let i = 0; i < queries.length; i += BATCH) {
    const batch = new URLSearchParams(queries.slice(i, i + BATCH).map((query) => ["q", query]));
    const response = await ask(at(`/page/addresses?${batch}`), { signal });
    all.push(...(await response.json()).map(at));
  }
  return all;
}

/** Fetches. A browser's own words for a server that is away, or a file that was changed, say little. */
export async function ask(source, options = {}) {
  const response = await fetch(source, options).catch(() => {
    throw new Error(
      options.body
        ? "The server cannot be reached, or the file was changed: choose it again"
        : "The server cannot be reached",
    );
  });
  if (!response.ok) throw new Error(await reason(response));
  return response;
}

async function reason(response) {
  const problem = await response.json().catch(() => undefined);
  return problem?.detail ?? `The server answered ${response.status}`;
}
