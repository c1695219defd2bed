#!/bin/sh
# After the files have gone. Nobody's home is touched when the program is removed; when it is
# purged, people's settings go and their recordings stay, as they may not be delivered yet.
#
# Each home is cleared with its own user's rights and no others: a link in it leads nowhere that
# its user could not go, and a disk on the network knows the user where it does not know root.
set -e

# Run as the user: $1 is the home.
CLEAR='
kept=$1/.local/share/invigil/sessions
if [ -d "$kept" ] && [ -n "$(ls -A "$kept" 2>&1)" ]; then exit 3; fi
exec rm -rf -- "$1/.local/share/invigil" "$1/.local/state/invigil" "$1/.config/Invigil"
'

clear_home() {
    status=0
    setpriv --reuid="$2" --regid="$3" --clear-groups --no-new-privs \
        sh -c "$CLEAR" sh "$4" </dev/null || status=$?
    if [ "$status" -eq 3 ]; then
        echo "@PACKAGE@: recordings of $1 stay in $4/.local/share/invigil/sessions;" >&2
        echo "@PACKAGE@: they may not be delivered yet. Remove them by hand if they are." >&2
    elif [ "$status" -ne 0 ]; then
        echo "@PACKAGE@: settings of $1 below $4 could not be removed; do so by hand." >&2
    fi
}

if [ "$1" = purge ]; then
    for other in "$(dirname -- "@ROOT@")"/*/build.signed; do
        if [ -f "$other" ]; then
            echo "@PACKAGE@: people's settings stay, as ${other%/build.signed} uses them, too." >&2
            exit 0
        fi
    done
    getent passwd | while IFS=: read -r name _ number group _ home _; do
        if [ "$number" -ne 0 ] && [ "$number" -lt 1000 ]; then continue; fi
        if [ -d "$home" ]; then clear_home "$name" "$number" "$group" "$home"; fi
    done
fi
exit 0
