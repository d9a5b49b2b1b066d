"""Runs diagrams: BPMN, DMN, FEEL, time and the database. Knows nothing of policies."""
