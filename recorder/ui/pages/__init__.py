"""The candidate's pages, one module each, in the order they are met."""
