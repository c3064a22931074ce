#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that are missing. As root it installs; otherwise it
# says what to install and stops only if nothing would work without it.
set -euo pipefail

purpose=${1:?run or test}
# libEGL and libGLES are loaded by mediapipe, libGL and glib by OpenCV.
wanted=(libgl1 libegl1 libgles2 libglib2.0-0)
if [ "$purpose" = test ]; then
  wanted+=(chromium fonts-noto-cjk)
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  wanted+=(python3-venv)
fi

missing=()
for package in "${wanted[@]}"; do
  # libglib2.0-0 became libglib2.0-0t64 in newer releases; either will do.
  dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "$purpose" = test ] && command -v chromium >/dev/null 2>&1; then
  missing=("${missing[@]/chromium/}")
fi
missing=($(printf '%s\n' "${missing[@]:-}" | sed '/^$/d'))
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "please install first: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
for tool in python3 node npm; do
  command -v "$tool" >/dev/null || { echo "please install $tool first (Python 3.11 or newer, Node 20 or newer)" >&2; exit 1; }
done
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
