#!/bin/sh
# Before the files come: an older build must not take a newer one's place unseen, and none comes
# while an exam is recorded.
set -e

if [ "$1" = upgrade ] && [ -n "$2" ]; then
    if dpkg --compare-versions "$2" gt "@VERSION@" && [ "${INVIGIL_ALLOW_DOWNGRADE:-}" != 1 ]; then
        echo "@PACKAGE@: version $2 is installed, and @VERSION@ is older: refused." >&2
        echo "@PACKAGE@: to go back on purpose, set INVIGIL_ALLOW_DOWNGRADE=1." >&2
        exit 1
    fi
    for one in /proc/[0-9]*; do
        if tr '\0' '\n' 2>/dev/null <"$one/cmdline" | head -n 1 | grep -qxF "@ROOT@/bin/python3" &&
            [ "${INVIGIL_DURING_EXAMS:-}" != 1 ]; then
            echo "@PACKAGE@: the recorder is running (process ${one#/proc/}): refused." >&2
            echo "@PACKAGE@: quit it first; an exam may be under way." >&2
            exit 1
        fi
    done
fi
exit 0
