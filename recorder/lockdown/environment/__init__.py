"""Signs that a machine is not what it seems: virtual, remote, watched or changed."""
