"""`maru docs`: the company's documents, imported and kept from the command line."""
