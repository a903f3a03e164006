"""The `maru` command: starts and supervises the parts of the mesh."""
