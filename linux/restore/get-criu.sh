#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# CRIU of Debian trixie, unpacked beside the system with the libraries and the loader that it wants,
# as older ones do not run on kernels since 6.13 (criu issue 2532). Installs nothing; prints where it is.
set -euo pipefail
to=${XDG_CACHE_HOME:-$HOME/.cache}/sideband/criu
if [ -x "$to/criu" ]; then
	echo "$to/criu"
	exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,archives/partial,debs,root}
# From the mirror that this machine uses: the one that has bookworm, or whatever it runs, has trixie.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v -m1 security)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources"
touch "$work/status"
apt=(-q -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status"
	-o Dir::Cache="$work" -o Dir::Cache::Archives="$work/archives" -o Dir::Etc::SourceList="$work/sources"
	-o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root -o APT::Install-Recommends=false
	-o Debug::NoLocking=1)
apt-get "${apt[@]}" update >&2
apt-get "${apt[@]}" install -y --download-only criu >&2
for deb in "$work"/archives/*.deb; do
	dpkg-deb -x "$deb" "$work/root"
done
cat >"$work/root/criu" <<'EOF'
#!/bin/sh
at=$(dirname "$0")
lib=$at/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$at/usr/sbin/criu" "$@"
EOF
chmod +x "$work/root/criu"
mkdir -p "$(dirname "$to")"
rm -rf "$to"
mv "$work/root" "$to"
echo "$to/criu"
