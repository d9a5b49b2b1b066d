"""The clock of a case: start, pause with a reason, reminders."""
