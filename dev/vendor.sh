#!/bin/sh
# Fetches the browser's third-party files into frontend/static/vendor and writes vendor.lock.
# `dev/vendor.sh` refreshes all; `dev/vendor.sh check` only compares the files with the lock.
# Needs npm (as a downloader, nothing of it runs), tar, sed and sha256sum. To move to another version, edit the list below.
set -eu
vendor="$(cd "$(dirname "$0")/../frontend/static/vendor" && pwd)"
lock="$vendor/vendor.lock"

if [ "${1:-}" = check ]; then
  grep -v '^#' "$lock" | awk '{print $3 "  " $4}' | (cd "$vendor" && sha256sum --check --quiet -)
  exit
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
echo '# package@version licence sha256 file (licence texts are beside the files)' > "$work/lock"

unpack() { # package@version → $work/package
  rm -rf "$work/package"
  (cd "$work" && npm pack "$1" --silent > name && tar xzf "$(cat name)" && rm "$(cat name)")
  package="$1"
}
keep() { # licence, path in the package, path in vendor
  mkdir -p "$(dirname "$vendor/$3")"
  cp "$work/package/$2" "$vendor/$3"
  record "$1" "$3"
}
record() {
  printf '%s %s %s %s\n' "$package" "$1" "$(sha256sum "$vendor/$2" | cut -d' ' -f1)" "$2" >> "$work/lock"
}

unpack htmx.org@4.0.1
keep 0BSD dist/htmx.min.js htmx.min.js
keep 0BSD LICENSE LICENSE-htmx.txt

unpack @tabler/core@1.6.1
# The content security policy allows no data: addresses; what they drew (ticks, arrows) our stylesheet draws.
sed -E 's/url\("data:[^"]*"\)/none/g; s/url\(data:[^)]*\)/none/g; s#/\*\# sourceMappingURL[^*]*\*/##' \
  "$work/package/dist/css/tabler.min.css" > "$vendor/tabler.min.css"
record MIT tabler.min.css
record MIT LICENSE-tabler.txt # the package carries none: its licence text is kept here by hand

unpack uplot@1.6.32
keep MIT dist/uPlot.iife.min.js uplot.min.js
keep MIT dist/uPlot.min.css uplot.min.css
keep MIT LICENSE LICENSE-uplot.txt

unpack @fontsource-variable/inter@5.3.0
keep OFL-1.1 files/inter-latin-wght-normal.woff2 fonts/inter.woff2
keep OFL-1.1 LICENSE fonts/LICENSE-inter.txt

unpack @fontsource-variable/jetbrains-mono@5.3.0
keep OFL-1.1 files/jetbrains-mono-latin-wght-normal.woff2 fonts/jetbrains-mono.woff2
keep OFL-1.1 LICENSE fonts/LICENSE-jetbrains-mono.txt

# The sprite (static/img/icons.svg) is drawn from these icons.
unpack @tabler/icons@3.51.0
keep MIT LICENSE LICENSE-tabler-icons.txt

cp "$work/lock" "$lock"
echo "refreshed $(grep -vc '^#' "$lock") files in frontend/static/vendor"
