"""The sample district: policies, made-up enterprises, accounts, indicators. Everything says 示例."""
