# Varnish 7 (6.0 LTS works too) in front of a fleet of Pastiche instances.
# Needs vmod xkey: Debian's varnish-modules, or the official varnish image.
vcl 4.1;

import directors;
import std;
import xkey;

probe ready {
  .url = "/readyz";
  .interval = 2s;
  .timeout = 2s;
  .window = 4;
  .threshold = 2;
  .initial = 2;
}

backend one {
  .host = "pastiche-1";
  .port = "8000";
  .probe = ready;
  .connect_timeout = 2s;
  .first_byte_timeout = 30s; # above DEADLINE_MS and the 10 s that a source may take
}

backend two {
  .host = "pastiche-2";
  .port = "8000";
  .probe = ready;
  .connect_timeout = 2s;
  .first_byte_timeout = 30s;
}

# Who may purge. The gateway's address is left out: published ports may make strangers look like it.
acl purgers {
  "localhost";
  "172.28.0.0"/24;
  ! "172.28.0.1";
}

sub vcl_init {
  # The same URL goes to the same instance, which has it in memory; the next one stands in for it.
  new fleet = directors.shard();
  fleet.add_backend(one);
  fleet.add_backend(two);
  fleet.reconfigure();
}

sub vcl_recv {
  call keep_inside;
  call sort_query;
  set req.backend_hint = fleet.backend(by=URL);

  if (req.restarts == 0) {
    unset req.http.X-Stale-At-Hand;
    unset req.http.X-Accept-Stale;
  }
  if (req.method == "PURGE") {
    call purge_tags;
  }
  if (req.method != "GET" && req.method != "HEAD") {
    return (pass);
  }
  if (req.url ~ "^/v1/") {
    # Pictures do not depend on cookies, and pages of the same site send them.
    unset req.http.Cookie;
    call bucket_accept;
  }
  # Authorization passes and everything else is looked up, by the built-in vcl_recv.
}

# These two tell of the inside; whoever may know asks the instances. The service decodes a path before
# it looks, and none of its own has escaped letters.
sub keep_inside {
  if (req.url ~ "^/(metrics|readyz)([?#]|$)" || req.url ~ "^[^?]*%") {
    return (synth(404));
  }
}

# The order of parameters does not matter, but for masks: each is of the style at its place.
sub sort_query {
  if (req.url ~ "^/v1/" && req.url !~ "[?&]mask=.*&mask=") {
    set req.url = std.querysort(req.url);
  }
}

# Every Accept becomes one of three, so that Vary keeps three variants and no more. A type counts
# where it is named with a quality above 0.
sub bucket_accept {
  set req.http.X-Accept = "";
  if (req.http.Accept ~ "(?i)(^|,)\s*image/webp\s*(;(?!\s*q=0(\.0*)?\s*([,;]|$))[^,;]*)*\s*(,|$)") {
    set req.http.X-Accept = "image/webp";
    if (req.http.Accept ~ "(?i)(^|,)\s*image/avif\s*(;(?!\s*q=0(\.0*)?\s*([,;]|$))[^,;]*)*\s*(,|$)") {
      set req.http.X-Accept = "image/avif,image/webp";
    }
  }
  unset req.http.Accept;
  if (req.http.X-Accept != "") {
    set req.http.Accept = req.http.X-Accept;
  }
  unset req.http.X-Accept;
}

# PURGE with Cache-Tag: style-mosaic,style-quilt empties what carries one of these tags.
# PURGE without it empties the URL in all its variants.
sub purge_tags {
  if (client.ip !~ purgers) {
    return (synth(403, "Not allowed to purge"));
  }
  if (req.http.Cache-Tag) {
    return (synth(200, "Purged " + xkey.purge(req.http.Cache-Tag)));
  }
  return (purge);
}

sub vcl_miss {
  # A HEAD would be sent as a GET and cost a painting.
  if (req.method == "HEAD") {
    return (pass);
  }
}

sub vcl_hit {
  # Between stale-while-revalidate and stale-if-error a picture is only for times of failure: ask
  # the service first. req.grace = 0s makes the lookup after the restart a miss.
  if (!req.http.X-Accept-Stale && std.healthy(req.backend_hint) &&
      obj.ttl + std.duration(obj.http.X-Revalidate, 0s) < 0s) {
    set req.http.X-Stale-At-Hand = "1";
    set req.grace = 0s;
    return (restart);
  }
}

sub vcl_backend_response {
  # The response's own headers decide, not Varnish's default lives.
  set beresp.http.X-Revalidate = "0s";
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  if (beresp.http.Cache-Control ~ "(?i)\bstale-while-revalidate=\d+") {
    set beresp.http.X-Revalidate =
      regsub(beresp.http.Cache-Control, "(?i)^.*\bstale-while-revalidate=(\d+).*$", "\1s");
    set beresp.grace = std.duration(beresp.http.X-Revalidate, 0s);
  }
  if (beresp.http.Cache-Control ~ "(?i)\bstale-if-error=\d+") {
    set beresp.http.X-On-Error =
      regsub(beresp.http.Cache-Control, "(?i)^.*\bstale-if-error=(\d+).*$", "\1s");
    if (std.duration(beresp.http.X-On-Error, 0s) > beresp.grace) {
      set beresp.grace = std.duration(beresp.http.X-On-Error, 0s);
    }
    unset beresp.http.X-On-Error;
  }
  if (beresp.http.Cache-Tag) {
    set beresp.http.xkey = beresp.http.Cache-Tag;
  }

  if (beresp.status >= 500) {
    if (bereq.is_bgfetch || bereq.http.X-Stale-At-Hand) {
      return (abandon); # an answer would take the place of the picture at hand
    }
    set beresp.uncacheable = true;
    set beresp.ttl = 1s; # in which nobody waits for anybody
    return (deliver);
  }
  if (!beresp.http.Cache-Control && !beresp.http.Expires) {
    set beresp.uncacheable = true;
    set beresp.ttl = 120s;
    return (deliver);
  }
  # no-store, no-cache and private are the built-in vcl_backend_response's business.
}

sub vcl_backend_error {
  # Until its probe notices that an instance is gone, the next one is tried.
  if (bereq.retries == 0 && (bereq.method == "GET" || bereq.method == "HEAD")) {
    set bereq.backend = fleet.backend(by=URL, alt=1);
    return (retry);
  }
  if (bereq.is_bgfetch || bereq.http.X-Stale-At-Hand) {
    return (abandon);
  }
  set beresp.uncacheable = true; # Cache-Status is to say so
}

sub vcl_synth {
  call stale_on_error;
}

sub vcl_deliver {
  call stale_on_error;

  if (obj.hits > 0) {
    set resp.http.X-Varnish-Status = "varnish; hit";
  } else if (obj.uncacheable) {
    set resp.http.X-Varnish-Status = "varnish; fwd=bypass";
  } else {
    set resp.http.X-Varnish-Status = "varnish; fwd=miss; stored";
  }
  if (resp.http.Cache-Status) {
    set resp.http.Cache-Status = resp.http.Cache-Status + ", " + resp.http.X-Varnish-Status;
  } else {
    set resp.http.Cache-Status = resp.http.X-Varnish-Status;
  }
  if (resp.http.Cache-Control ~ "\bs-maxage=") {
    # Purging keeps this copy right whatever its age, and max-age is what a browser may keep from
    # now on: with a month's Age every browser would ask again on every view.
    unset resp.http.Age;
  }
  unset resp.http.X-Varnish-Status;
  unset resp.http.X-Revalidate;
  unset resp.http.xkey;
  unset resp.http.X-Varnish;
  unset resp.http.Via;
}

# A failure while a stale picture is at hand: look again and take it.
sub stale_on_error {
  if (resp.status >= 500 && req.http.X-Stale-At-Hand && !req.http.X-Accept-Stale) {
    set req.http.X-Accept-Stale = "1";
    set req.grace = 365d;
    return (restart);
  }
}
