#!/usr/bin/env bash
# Holds the level for AVX-512 to that for AVX2, through the whole program: every line of levels-programs.txt on pictures of bytes, of alpha, of 16
# bits and of floats, and the training of a small net, have to give the same bytes at both. Needs a machine that has both.
# With a second kern, that one by itself is held to the first one's AVX2: NEON, as aarch64.sh runs it.
#
#     Tests/Oracle/levels.sh .build/release/kern [another kern]
#
# DIFFER or STATUS is a finding, and the exit code is 1 then.
set -euo pipefail
kern=$(realpath "${1:?the kern to be tried}")
here=$(realpath "$(dirname "$0")")
samples=$here/../../samples
if [[ -n ${2:-} ]]; then other=("$(realpath "$2")"); else other=(env KERN_LANES=avx512 "$kern"); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
KERN_LANES=avx2 "$kern" apply identity "$samples/harbour.png" -o have.png -q &&
    "${other[@]}" apply identity "$samples/harbour.png" -o have.png -f -q ||
    { echo "levels.sh: this machine has not both levels (AVX2, and AVX-512 with VNNI)" >&2 && exit 2; }

mkdir pictures
"$kern" apply 'resize 157x53' "$samples/harbour.png" -o pictures/colour.png
"$kern" apply 'resize 61x45' "$samples/lantern-alpha.png" -o pictures/alpha.png
"$kern" apply 'resize 83x41 | gray' "$samples/dawn-16bit.png" -o pictures/sixteen.png
"$kern" apply 'resize 71x30 | gray | offset -0.1' "$samples/harbour.png" -o pictures/float.npy --depth float
cp "$samples/harbour.png" pictures/whole.png

finds=0 tried=0
while IFS= read -r program; do
    for picture in pictures/*; do
        one=0 two=0
        KERN_LANES=avx2 "$kern" apply "$program" "$picture" -o a.npy -f -q 2>a || one=$?
        "${other[@]}" apply "$program" "$picture" -o b.npy -f -q 2>b || two=$?
        tried=$((tried + 1))
        if [[ $one != "$two" ]]; then
            echo "STATUS $one $two: $program, $picture: $(cat b)" && finds=$((finds + 1))
        elif [[ $one == 0 ]] && ! cmp -s a.npy b.npy; then
            echo "DIFFER $program, $picture" && finds=$((finds + 1))
        fi
    done
done <"$here/levels-programs.txt"
echo "$tried programs on pictures, $finds differ"

cat >net <<'END'
input 32x32x1 | zscore | conv 16 3x3 no-bias | batchnorm | relu | conv 32 3x3 stride=2 | relu | add { } { conv 32 3x3 | relu }
| maxpool 2 | conv 8 5x5 | gelu | flatten | dropout 0.2 | dense classes
END
train=(train ./net --data "$samples/shapes" --epochs 2 --batch 16 --val 0 -q)
KERN_LANES=avx2 "$kern" "${train[@]}" -o a.safetensors
"${other[@]}" "${train[@]}" -o b.safetensors
if cmp a.safetensors b.safetensors; then echo "the same model"; else finds=$((finds + 1)); fi
((finds == 0))
