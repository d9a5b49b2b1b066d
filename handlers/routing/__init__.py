"""Which department decides a case, and which experts are drawn."""
