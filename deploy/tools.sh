#!/bin/sh
# Installs the commands that tests use and this machine lacks (debian-packages.txt). Where it can't, it says how.
set -eu
missing=$(sed 's/#.*//' "$(dirname "$0")/debian-packages.txt" | while read -r command package _; do
    if [ -n "$command" ] && ! command -v "$command" >/dev/null; then echo "$package"; fi
done | sort -u | tr '\n' ' ')
if [ -z "$missing" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq &&
    # shellcheck disable=SC2086  each word is a package
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $missing >/dev/null; then
    exit 0
fi
echo "部分测试将跳过，请安装：apt-get install $missing" >&2
echo "Some tests will be skipped without: apt-get install $missing" >&2
