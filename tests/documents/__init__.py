"""Documents of a company, written at test time by the programs' own writers."""
