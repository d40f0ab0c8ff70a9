import assert from "node:assert/strict";
import { RequestCounts } from "../../routes/observers/request_counts.ts";

Deno.test("RequestCounts.text() counts each bucket with all below it", () => {
  const counts = new RequestCounts();
  const request = { method: "GET", route: "/v1/stylize", status: 200, cache: "hit" };
  for (const seconds of [0.0005, 0.001, 0.0011, 30]) counts.note({ ...request, seconds });
  counts.note({ ...request, status: 304, seconds: 0.5 });
  const text = counts.text();
  const labels = 'route="/v1/stylize",cache="hit"';
  for (
    const line of [
      'pastiche_requests_total{method="GET",route="/v1/stylize",status="200"} 4',
      'pastiche_requests_total{method="GET",route="/v1/stylize",status="304"} 1',
      `pastiche_request_seconds_bucket{le="0.001",${labels}} 2`,
      `pastiche_request_seconds_bucket{le="0.005",${labels}} 3`,
      `pastiche_request_seconds_bucket{le="0.5",${labels}} 4`,
      `pastiche_request_seconds_bucket{le="20",${labels}} 4`,
      `pastiche_request_seconds_bucket{le="+Inf",${labels}} 5`,
      `pastiche_request_seconds_count{${labels}} 5`,
    ]
  ) assert(text.split("\n").includes(line), `${line} is not in\n${text}`);
  const sum = /^pastiche_request_seconds_sum\{.*\} (.*)$/m.exec(text)?.[1];
  assert(Math.abs(Number(sum) - 30.5026) < 1e-9, text);
});
