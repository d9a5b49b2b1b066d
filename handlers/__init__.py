"""What service tasks do: the district's business, one folder for each capability. Knows no HTTP."""
