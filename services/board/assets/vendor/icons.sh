#!/bin/sh
# Draws icon-192.png and icon-512.png from icon.svg, by Chromium.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for size in 192 512; do
    printf '<!doctype html><style>*{margin:0}img{display:block;width:%spx;height:%spx}</style><img src="%s/icon.svg">' \
        "$size" "$size" "$here" >"$work/icon.html"
    chromium --headless --no-sandbox --disable-background-networking --hide-scrollbars --allow-file-access-from-files \
        --default-background-color=00000000 --window-size="$size,$size" --user-data-dir="$work/profile" \
        --screenshot="$here/icon-$size.png" "file://$work/icon.html" >/dev/null 2>&1
done
