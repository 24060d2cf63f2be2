#!/usr/bin/env bash
# Runs the loops for AVX-512 where no machine has it: Bochs (Debian's emulator, a Skylake-X) boots Debian's kernel, applies programs at
# both fused levels, which have to agree to the byte, trains a small net at both, and runs the tests of samples.
#
#     swift build -c release --build-tests --disable-testable-imports
#     Tests/Oracle/avx512.sh .build/release [FOLDER]      what came out is in FOLDER/serial.out (default /tmp/kern-avx512)
#
# Installs bochs, bochs-term, grub, xorriso, busybox and cpio (root; a throw-away machine). Put together from steps that were run one by one, a few at a
# time; not run as one. DIFFER, STATUS or a
# failed test is a finding; the last line is ALL DONE.
set -euo pipefail
built=$(realpath "${1:?a folder with kern and kernPackageTests.xctest}")
work=${2:-/tmp/kern-avx512}
root=$(realpath "$(dirname "$0")/../..")
apt-get install -y --no-install-recommends bochs bochs-term bochsbios busybox-static grub-pc-bin grub-common xorriso mtools cpio
mkdir -p "$work"/{tree/{bin,lib64,swift,proc,sys,dev,tmp,pictures},iso/boot/grub,kernel}
cd "$work"
(cd kernel && apt-get download "$(apt-cache depends linux-image-amd64 | grep -om1 'linux-image-[0-9][^ ]*')" && dpkg-deb -x ./*.deb .)
cp kernel/boot/vmlinuz-* iso/boot/vmlinuz

cp /bin/busybox tree/bin/
cp "$built/kern" "$built/kernPackageTests.xctest" tree/
strip tree/kern
ldd "$built/kern" "$built/kernPackageTests.xctest" | awk '/=> \//{print $3}' | sort -u | xargs -I{} cp -L {} tree/swift/
cp -L /lib64/ld-linux-x86-64.so.2 tree/lib64/
cp -r "$root/samples/shapes" tree/
"$built/kern" apply 'resize 157x53' "$root/samples/harbour.png" -o tree/pictures/colour.png -f
"$built/kern" apply 'resize 61x45' "$root/samples/lantern-alpha.png" -o tree/pictures/alpha.png -f
"$built/kern" apply 'resize 83x41 | gray' "$root/samples/dawn-16bit.png" -o tree/pictures/sixteen.png -f
"$built/kern" apply 'resize 71x30 | gray | offset -0.1' "$root/samples/harbour.png" -o tree/pictures/float.npy --depth float -f
cp "$root/Tests/Oracle/avx512-programs.txt" tree/programs
cat >tree/net <<'END'
input 32x32x1 | zscore | conv 16 3x3 no-bias | batchnorm | relu | conv 32 3x3 stride=2 | relu | add { } { conv 32 3x3 | relu }
| maxpool 2 | conv 8 5x5 | gelu | flatten | dropout 0.2 | dense classes
END
cat >tree/init <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
export LD_LIBRARY_PATH=/swift HOME=/tmp
cd /tmp; grep -m1 -o avx512bw /proc/cpuinfo
while IFS= read -r program; do
  for picture in /pictures/*; do
    KERN_LANES=avx2 /kern apply "$program" $picture -o a.npy -f -q 2>a; one=$?
    KERN_LANES=avx512 /kern apply "$program" $picture -o b.npy -f -q 2>b; other=$?
    [ $one = $other ] || { echo "STATUS $one $other: $program, $picture"; cat b; }
    [ $one != 0 ] || cmp -s a.npy b.npy || echo "DIFFER $program, $picture"
  done
  echo "looked at $program"
done </programs
for level in avx2 avx512; do
  KERN_LANES=$level /kern train /net --data /shapes --epochs 1 --batch 16 --val 0 -o $level.safetensors -q
done
cmp avx2.safetensors avx512.safetensors && echo "the same model"
for suite in SamplesTests; do
  echo "== $suite"
  /kernPackageTests.xctest --testing-library swift-testing --filter "ConvolutionTests.$suite" 2>&1 | grep -v 'started\|◇' | tail -9
done
echo "ALL DONE"
poweroff -f
END
chmod +x tree/init
(cd tree && find . | cpio -o -H newc --quiet) >iso/boot/initrd
# Bochs 2.7 reports the wrong size of a compacted XSAVE, its timer is lost under a local APIC, and it sleeps on in MWAIT.
cat >iso/boot/grub/grub.cfg <<'END'
set timeout=0
menuentry kern { linux /boot/vmlinuz console=ttyS0,115200 quiet nolapic noapic idle=poll noxsaves clearcpuid=xsavec,xsaves mitigations=off
initrd /boot/initrd }
END
grub-mkrescue -o kern.iso iso
cat >bochsrc <<END
cpu: model=corei7_skylake_x, count=1, ips=100000000
memory: guest=1536, host=1536
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path=$work/kern.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial.out
log: $work/bochs.log
display_library: term
panic: action=report
END
# It wants a terminal, and to be told to begin.
TERM=xterm script -qfc 'echo c | bochs-bin -q -f bochsrc 2>bochs.err' bochs.out >/dev/null
cat serial.out
! grep -q 'DIFFER\|STATUS\|✘' serial.out && grep -q 'ALL DONE' serial.out
