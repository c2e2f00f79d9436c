"""What a developer runs by hand or in CI; nothing in the product imports it."""
