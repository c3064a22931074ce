#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that are missing. As root it installs; otherwise it
# says what to install and stops only if nothing would work without it.
set -euo pipefail

purpose=${1:?run or test}
python=${PYTHON:-python3}

# First, and also where no package is missing: without these every later error is a riddle.
for tool in "$python" node npm; do
  command -v "$tool" >/dev/null || { echo "please install $tool first (Python 3.11 or newer, Node 20 or newer)" >&2; exit 1; }
done
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "$python is $("$python" -V 2>&1); Python 3.11 or newer is needed (another one: make PYTHON=python3.12 …)" >&2; exit 1; }
node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || {
  echo "node is $(node -v); Node 20 or newer is needed" >&2; exit 1; }

# The same names as demo/browser.py looks for. Ubuntu's packages are stubs of a snap, which
# needs snapd and may not read the fake camera outside the home folder.
needs_chromium() {
  command -v chromium chromium-browser google-chrome >/dev/null && return
  if grep -qsE '^ID=ubuntu$' /etc/os-release || apt-cache show chromium 2>/dev/null | grep -qi 'transitional.*snap'; then
    echo "Ubuntu's chromium is only a stub for a snap: install google-chrome, or a chromium that is no snap, yourself" >&2
    exit 1
  fi
  wanted+=(chromium)
}

# libGL and glib are loaded by OpenCV; libEGL and libGLES by mediapipe, which only tests run.
wanted=(libgl1 libglib2.0-0)
if [ "$purpose" = test ]; then
  wanted+=(fonts-noto-cjk libegl1 libgles2)
  needs_chromium
  # The browser tests pull a network's cable with it; only root may, others skip them.
  [ "$(id -u)" != 0 ] || wanted+=(iproute2)
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  wanted+=(python3-venv)
fi

missing=()
for package in "${wanted[@]}"; do
  # libglib2.0-0 became libglib2.0-0t64 in newer releases; either will do, and dpkg-query
  # fails for the one that is not there: only what it prints counts.
  installed=$(dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null || true)
  grep -q 'ok installed' <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "please install first: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
