#!/usr/bin/env bash
# Installs the real peers that some tests talk to, from Debian's archive. They need root; what cannot be had is
# named with the reason, and its tests are skipped by name. Usage: deploy/tools/install-peers.sh
set -uo pipefail

# Each by its name, and what else it takes. RT: its programs and a database in a file, no database set up by the package;
# Exim is the mail program that it wants.
peers=(
  dovecot-imapd
  dovecot-pop3d
  exim4-daemon-light
  gpg
  gpg-agent
  libsoap-lite-perl
  openssl
  'request-tracker5 rt5-db-sqlite rt5-standalone dbconfig-no-thanks'
)

if [[ "${1:-}" == --help ]]; then
  echo "Usage: deploy/tools/install-peers.sh   installs: ${peers[*]%% *}"
  exit 0
fi
missing=()
for peer in "${peers[@]}"; do
  if [[ "$(dpkg-query -W -f='${Status}' "${peer%% *}" 2>/dev/null)" == 'install ok installed' ]]; then
    echo "peer ${peer%% *}: there"
  else
    missing+=("$peer")
  fi
done
if [[ ${#missing[@]} -eq 0 ]]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "peers left out: ${missing[*]%% *} (this system has no apt-get)"
  exit 0
fi
if [[ $(id -u) -ne 0 ]]; then
  echo "peers left out: ${missing[*]%% *} (installing Debian packages needs root)"
  exit 0
fi

# Only the programs are wanted: no daemon may start on its usual port.
policy=/usr/sbin/policy-rc.d
own_policy=
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && own_policy=$policy
fi
trap '[[ -z $own_policy ]] || rm -f "$own_policy"' EXIT

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
apt-get -qq update >"$log" 2>&1 # a broken third-party source must not stop us: only the install decides
for peer in "${missing[@]}"; do
  # shellcheck disable=SC2086 # several packages
  if apt-get -qq install --no-install-recommends --yes $peer >>"$log" 2>&1; then
    echo "peer ${peer%% *}: installed"
  else
    echo "peers left out: ${peer%% *} ($(grep -E '^E:' "$log" | tail -n 1))"
  fi
done
rm -f "$log"
