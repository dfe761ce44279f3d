#!/bin/sh
# Neither the server nor the provisioner runs as root. Who may use the Docker socket differs from host to host, so its
# group is read from the socket itself where there is one, and only then root is given up.
set -eu
if [ "$(id -u)" != 0 ]; then exec "$@"; fi
# A folder of the host that was mounted here may be root's.
[ "$(stat -c %u /data)" = 1000 ] || chown node:node /data
socket=/var/run/docker.sock
groups=1000
if [ -S "$socket" ]; then groups="1000,$(stat -c %g "$socket")"; fi
export HOME=/home/node
exec setpriv --reuid 1000 --regid 1000 --groups "$groups" "$@"
