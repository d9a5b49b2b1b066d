"""Budget indicators and the double-entry ledger."""
