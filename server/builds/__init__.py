"""Which builds of the recorder an institution accepts, and what that says of its sessions."""
