#!/usr/bin/env bash
# Reads under load, kills the service with SIGKILL, CYCLES times (20), and compares the answers with the records of access: each
# answer has exactly one. Then the disk of the access log is full, and reads are refused; that takes root on Linux, for a file
# system in memory.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/binary.sh
binary=$(baken_binary)
folder=$(mktemp -d)
disk=none
mkdir "$folder/disk"
if mount -t tmpfs -o size=64m tmpfs "$folder/disk" 2>/dev/null; then disk="$folder/disk"; fi
trap 'if [ "$disk" != none ]; then umount -l "$disk"; fi; rm -rf "$folder"' EXIT
PYTHONPATH=tests python3 -B tests/access/access.py "$binary" "$folder" "$disk" "${CYCLES:-20}"
