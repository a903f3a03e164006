"""Stand-ins for parts of the mesh, for tests only."""
