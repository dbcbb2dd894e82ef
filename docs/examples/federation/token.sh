#!/usr/bin/env bash
# Gets a token of a Helpmesh desk for the signature of your helpdesk, good for some minutes. Needs curl, openssl and sed.
# FED_URL: https://desk.example.org/federation/v1; FED_NODE: the address by which that desk knows your helpdesk; FED_KEY:
# a file with your private key, made when it is not there. Prints the token: FED_TOKEN=$(bash token.sh).
# `bash token.sh keys` prints your public keys (a JWK Set), which the desk is given.
set -euo pipefail
key=${FED_KEY:-federation.pem}
[ -e "$key" ] || (umask 077 && openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out "$key" 2>/dev/null)

coded() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
modulus=$(openssl rsa -in "$key" -noout -modulus | cut -d= -f2)
kid=$(printf '%s' "$modulus" | openssl dgst -sha256 -r | cut -c1-16)
if [ "${1:-}" = keys ]; then
  number=$(printf '%b' "$(sed 's/../\\x&/g' <<<"$modulus")" | coded)
  echo '{"keys":[{"kty":"RSA","n":"'"$number"'","e":"AQAB","kid":"'"$kid"'","alg":"RS256","use":"sig"}]}'
  exit
fi

# What the desk is called, and where it gives tokens.
about=$(curl -sS --fail-with-body "$FED_URL")
desk=$(sed 's/.*"node":"\([^"]*\)".*/\1/' <<<"$about")
endpoint=$(sed 's/.*"tokenEndpoint":"\([^"]*\)".*/\1/' <<<"$about")
now=$(date +%s)
header=$(printf '{"alg":"RS256","kid":"%s","typ":"JWT"}' "$kid" | coded)
claims=$(printf '{"iss":"%s","sub":"%s","aud":"%s","jti":"%s","iat":%d,"exp":%d}' \
  "$FED_NODE" "$FED_NODE" "$desk" "$(cat /proc/sys/kernel/random/uuid)" "$now" $((now + 60)) | coded)
signature=$(printf '%s' "$header.$claims" | openssl dgst -sha256 -sign "$key" | coded)
curl -sS --fail-with-body "$endpoint" -d grant_type=client_credentials \
  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
  -d "client_assertion=$header.$claims.$signature" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'
