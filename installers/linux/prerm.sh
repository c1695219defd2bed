#!/bin/sh
# Before the files go: not while an exam is recorded. Recordings are left where they are.
set -e

if [ "$1" = remove ] && [ "${INVIGIL_DURING_EXAMS:-}" != 1 ]; then
    for one in /proc/[0-9]*; do
        if tr '\0' '\n' 2>/dev/null <"$one/cmdline" | head -n 1 | grep -qxF "@ROOT@/bin/python3"; then
            echo "@PACKAGE@: the recorder is running (process ${one#/proc/}): not removed." >&2
            echo "@PACKAGE@: quit it first; an exam may be under way." >&2
            exit 1
        fi
    done
fi
exit 0
