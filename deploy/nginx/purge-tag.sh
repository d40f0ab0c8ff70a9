#!/bin/sh
# Removes the pictures that carry a tag from nginx's cache, where open source nginx has no purge.
# Reads the whole cache: for now and then, not for every edit.
#   purge-tag.sh style-mosaic [/var/cache/nginx/pictures]
set -eu
export LC_ALL=C
tag=$1
cache=${2:-/var/cache/nginx/pictures}
case $tag in
  '' | *[!A-Za-z0-9_-]*) echo "purge-tag.sh: a tag has letters, digits, - and _" >&2 && exit 2 ;;
esac
[ -d "$cache" ] || { echo "purge-tag.sh: there is no folder $cache" >&2 && exit 2; }
# A cached file begins with the response's header lines; nginx takes a missing file for a miss.
grep -rlaiEZ "^Cache-Tag:(.*[, ])?$tag *(,|.?\$)" "$cache" | xargs -0 -r rm -f --
