#!/usr/bin/env bash
# Opens a ticket at a Helpmesh desk, comments it with a file, and waits for what becomes of it there. Needs curl, openssl
# and sed. FED_URL: https://desk.example.org/federation/v1; FED_TOKEN: the token that was made for
# you; FED_NODE: the address by which that desk knows your helpdesk. Prints the state of the ticket.
set -euo pipefail
subject=${1:-From curl}

fed() { # METHOD PATH [curl options]
  local method=$1 path=$2
  shift 2
  curl -sS --fail-with-body -X "$method" -H "Authorization: Bearer $FED_TOKEN" -H 'Content-Type: application/json' "$@" "$FED_URL/$path"
}
uuid() { cat /proc/sys/kernel/random/uuid; }
now() { date -u +%Y-%m-%dT%H:%M:%S.000Z; }

desk=$(fed GET agreements | sed 's/.*"nodes":\["\([^"]*\)".*/\1/')
# 1. The ticket. Its uuid is yours: doing this again opens no second one.
ticket=$(uuid)
fed PUT "tickets/$ticket" -H 'If-None-Match: *' -d '{
  "uuid": "'"$ticket"'", "number": "1", "url": "'"$FED_NODE"'/1", "originNode": "'"$FED_NODE"'", "createdAt": "'"$(now)"'",
  "fields": {"subject": "'"$subject"'", "requester": {"pseudonym": "user-17", "name": "Lin"}, "assignedNode": "'"$desk"'",
  "state": "new", "priority": "normal", "ownerName": null, "tags": []}}'
until fed GET "tickets/$ticket" >/dev/null 2>&1; do sleep 0.5; done

# 2. A file, and then the comment that names it.
file=$(uuid)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo 'what the log says' >"$log"
sha=$(openssl dgst -sha256 -r "$log" | cut -d' ' -f1)
digest=$(openssl dgst -sha256 -binary "$log" | base64)
fed PUT "attachments/$file/content" -H 'Content-Type: text/plain' -H "Content-Digest: sha-256=:$digest:" --data-binary "@$log" >/dev/null
comment=$(uuid)
fed PUT "tickets/$ticket/comments/$comment" -d '{
  "uuid": "'"$comment"'", "author": {"node": "'"$FED_NODE"'", "displayName": "Lin", "role": "requester"},
  "visibility": "public", "createdAt": "'"$(now)"'", "format": "text/plain", "body": "Told by curl", "attachments": [
  {"uuid": "'"$file"'", "filename": "log.txt", "mediaType": "text/plain", "size": '"$(stat -c %s "$log")"', "sha256": "'"$sha"'"}]}'

# 3. What happens there. Each answer says where to go on; what was read is forgotten there.
cursor=0
while true; do
  page=$(fed GET "events?limit=1&after=$cursor&wait=20")
  cursor=$(sed 's/.*"cursor":\([0-9]*\).*/\1/' <<<"$page")
  if [[ $page == *"\"subject\":\"$ticket\""* && $page == *'"fields":'* ]]; then
    sed 's/.*"state":"\([a-z_]*\)".*/\1/' <<<"$page"
    exit
  fi
done
