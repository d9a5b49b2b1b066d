"""The register of enterprises: facts with date and source, accounts, negative lists."""
