"""The demonstration: the sample district redeems its policies, every person played by a program."""
