"""Rosters (人员名册): the persons an application counts, each once for a policy and year."""
