"""People who sign in, the departments, and who holds which role where and when."""
