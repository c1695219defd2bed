#!/bin/sh
# After the files have gone. Nobody's home is touched when the program is removed; when it is
# purged, people's settings go and their recordings stay, as they may not be delivered yet.
set -e

if [ "$1" = purge ]; then
    getent passwd | while IFS=: read -r name _ number _ _ home _; do
        if [ "$number" -ne 0 ] && [ "$number" -lt 1000 ]; then continue; fi
        if [ ! -d "$home" ]; then continue; fi
        if [ -d "$home/.local/share/invigil/sessions" ] &&
            [ -n "$(ls -A "$home/.local/share/invigil/sessions" 2>/dev/null)" ]; then
            echo "@PACKAGE@: recordings of $name stay in $home/.local/share/invigil/sessions;" >&2
            echo "@PACKAGE@: they may not be delivered yet. Remove them by hand if they are." >&2
        else
            rm -rf -- "$home/.local/share/invigil" "$home/.local/state/invigil" \
                "$home/.config/Invigil"
        fi
    done
fi
exit 0
