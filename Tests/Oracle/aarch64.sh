#!/usr/bin/env bash
# kern where this machine is not: with Debian's own Swift instead of swift.org's, and on aarch64, whose NEON is the baseline of lanes.c.
#
#     Tests/Oracle/aarch64.sh FOLDER            (as root; about 20 minutes and 9 GB the first time)
#
# In FOLDER a Debian (unstable, which has Swift 6.2) is set up, and in that `scripts/test` runs on a clone of what is committed here. Then kern is built for
# aarch64 against Debian's libraries for it; qemu runs it, and levels.sh holds it to this machine's AVX2: every program and a trained net, bit for bit.
set -euo pipefail
root=$(realpath -m "${1:?a folder for the Debian that kern is built in}")
repository=$(realpath "$(dirname "$0")/../..")
mirror=http://deb.debian.org/debian
apt-get install -y --no-install-recommends debootstrap qemu-user-static >/dev/null

if [[ ! -e $root/installed ]]; then
    debootstrap --variant=minbase --include=ca-certificates,git,procps sid "$root" $mirror
    chroot "$root" apt-get install -y --no-install-recommends swiftlang
    touch "$root/installed"
fi
# The libraries of aarch64 are unpacked, not installed: nothing of theirs has to run.
if [[ ! -e $root/arm/unpacked ]]; then
    debootstrap --arch=arm64 --foreign --variant=minbase \
        --include=libpng-dev,libjpeg-dev,zlib1g-dev,libisal-dev,libstdc++-15-dev,libgcc-15-dev,swiftlang sid "$root/arm" $mirror
    for package in "$root"/arm/var/cache/apt/archives/*.deb; do dpkg -x "$package" "$root/arm"; done
    touch "$root/arm/unpacked"
fi
for place in proc dev; do mountpoint -q "$root/$place" || mount --bind "/$place" "$root/$place"; done
trap 'umount -l "$root/proc" "$root/dev"' EXIT

rm -rf "$root/root/kern"
git clone -q "$repository" "$root/root/kern"
chroot "$root" bash -c "cd /root/kern && scripts/bootstrap"
# Debian left this one out of its package; it is linked, and nothing of it is called.
chroot "$root" gcc -shared -o /usr/libexec/swift/lib/swift/linux/lib_Testing_Foundation.so -x c /dev/null
chroot "$root" bash -c "cd /root/kern && scripts/test"

cat >"$root/root/aarch64.json" <<'END'
{
    "version": 1, "sdk": "/arm", "toolchain-bin-dir": "/usr/libexec/swift/bin", "target": "aarch64-unknown-linux-gnu", "dynamic-library-extension": "so",
    "extra-cc-flags": ["-fPIC", "--sysroot=/arm"], "extra-cpp-flags": ["-lstdc++"],
    "extra-swiftc-flags": ["-sdk", "/arm", "-resource-dir", "/arm/usr/libexec/swift/lib/swift", "-use-ld=lld", "-Xclang-linker", "--sysroot=/arm"]
}
END
PKG_CONFIG_SYSROOT_DIR=/arm PKG_CONFIG_PATH=/arm/usr/lib/aarch64-linux-gnu/pkgconfig \
    chroot "$root" bash -c 'cd /root/kern && swift build -c release --product kern --destination ../aarch64.json'

kern=$root/root/kern/.build/aarch64-unknown-linux-gnu/release/kern
libraries=$root/arm/usr/libexec/swift/lib/swift/linux:$root/arm/usr/lib/aarch64-linux-gnu
printf '#!/bin/sh\nexec qemu-aarch64-static -L %s -E LD_LIBRARY_PATH=%s %s "$@"\n' "$root/arm" "$libraries" "$kern" >"$root/root/kern-aarch64"
chmod +x "$root/root/kern-aarch64"
(cd "$repository" && swift build -c release --product kern)
"$repository/Tests/Oracle/levels.sh" "$repository/.build/release/kern" "$root/root/kern-aarch64"
