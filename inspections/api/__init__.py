"""The phone's side of recording, under `/api/v1/` (design §6.2)."""
